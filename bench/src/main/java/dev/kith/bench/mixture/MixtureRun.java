package dev.kith.bench.mixture;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.fetch.WordNetTopics;
import dev.kith.bench.peers.Machine;
import dev.kith.bench.peers.Workspace;
import dev.kith.bench.report.Report;
import dev.kith.bench.run.ServerTarget;
import dev.kith.client.KithClient;
import dev.kith.index.build.IndexSpec;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Measures searches for several interests at once, through a server.
public final class MixtureRun {
  private static final String TEXTS = "texts.txt";

  private final MixtureSettings settings;
  private final IndexSpec index;
  private final Report report;
  private final Consumer<String> progress;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /// @param index of the collection: inverted lists group points, others leave it to the points
  /// @param folder takes `report.md`; empty for none
  /// @param out takes the table
  /// @param progress told in a line what is being done
  public MixtureRun(
      MixtureSettings settings,
      IndexSpec index,
      Optional<Path> folder,
      PrintWriter out,
      Consumer<String> progress) {
    this.settings = settings;
    this.index = index;
    this.report = new Report("Mixtures", out, folder);
    this.progress = progress;
  }

  /// Measures.
  ///
  /// @param path data set folder of WordNet's definitions
  /// @return what was measured
  /// @throws IOException if something cannot be read, or its topics cannot be had
  /// @throws IllegalArgumentException if too few topics have enough points
  public ObjectNode run(Path path) throws IOException, InterruptedException {
    Path texts = path.resolve(TEXTS);
    if (!Files.exists(texts)) {
      throw new IOException(
          "%s is missing; `kith bench dataset fetch wordnet-minilm` makes a folder that has it"
              .formatted(texts));
    }
    report.begin();
    try (Dataset dataset = DatasetFolder.open(path, settings.threads())) {
      progress.accept("telling topics");
      List<String> topics = WordNetTopics.of(path, Files.readAllLines(texts));
      if (topics.size() != dataset.base().rows()) {
        throw new IOException(
            "%s: expected a line for each of %d vectors, got %d"
                .formatted(texts, dataset.base().rows(), topics.size()));
      }
      List<List<User>> users =
          IntStream.rangeClosed(1, settings.seeds())
              .mapToObj(seed -> User.draw(topics, settings.users(), seed))
              .toList();
      head(dataset);
      progress.accept("loading a server");
      try (Workspace workspace = Workspace.create();
          KithServer server = KithServer.start(ServerConfig.local(workspace.folder()));
          KithClient client = KithClient.connect(server.grpcAddress());
          ServerTarget target = ServerTarget.connect(server.grpcAddress(), dataset, false)) {
        target.build(index);
        Comparison comparison =
            Comparison.run(
                client.collection(target.collection()), dataset, topics, users, progress);
        json.set("measured", comparison.json());
        report.add(comparison.section(settings), List.of());
      }
    }
    report.end();
    return json;
  }

  private void head(Dataset dataset) {
    Machine machine = Machine.here();
    String kind = index.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    report.say(
        String.format(
            Locale.ROOT,
            "%s: %,d x %d, index %s",
            dataset.name(),
            dataset.base().rows(),
            dataset.space().dimension(),
            kind));
    report.say(machine.inWords());
    json.put("dataset", dataset.name());
    json.put("rows", dataset.base().rows());
    json.put("index", kind);
    json.put("users", settings.users());
    json.put("seeds", settings.seeds());
    json.put("machine", machine.inWords());
  }
}
