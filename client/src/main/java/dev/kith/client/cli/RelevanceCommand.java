package dev.kith.client.cli;

import dev.kith.client.KithClient;
import dev.kith.client.KithRelevance;
import dev.kith.client.RelevanceModel;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;

/// `kith relevance ...`
@Command(
    name = "relevance",
    description = {
      "Learn which of the nearest points are relevant: judge hits, train models from judgments,"
          + " evaluate, apply, list, show and delete them."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      JudgeCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      ApplyCommand.class,
      RelevanceCommand.ListAll.class,
      RelevanceCommand.Show.class,
      RelevanceCommand.Default.class,
      RelevanceCommand.Delete.class
    })
final class RelevanceCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /// What all of them share.
  abstract static class OnCollection implements Callable<Integer> {
    @Mixin private CollectionName collection = new CollectionName();
    @Mixin Common common = new Common();

    final Console console;

    OnCollection(Console console) {
      this.console = console;
    }

    /// Name of the collection.
    String collectionName() {
      return collection.get();
    }

    /// Uses the models of the collection.
    <T> T models(Function<KithRelevance, T> use) {
      try (KithClient client = common.connect()) {
        return use.apply(client.collection(collection.get()).relevance());
      }
    }
  }

  /// `kith relevance list`
  @Command(
      name = "list",
      description = "List the models of a collection, those that need no training among them.",
      footerHeading = "%nExample:%n",
      footer = "  kith relevance list --collection words")
  static final class ListAll extends OnCollection {
    ListAll(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      List<RelevanceModel> models = models(KithRelevance::list);
      if (common.json()) {
        ArrayNode array = Json.array();
        models.forEach(model -> array.add(RelevanceText.json(model)));
        console.json(array);
      } else {
        new RelevanceText(console).models(models);
      }
      return 0;
    }
  }

  /// `kith relevance show`
  @Command(
      name = "show",
      description = {
        "Show a model and where it cuts; with --json all its numbers too, from which anybody can"
            + " compute what it does."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  kith relevance show examples --collection words",
        "  kith relevance show examples --collection words --json > examples.json"
      })
  static final class Show extends OnCollection {
    @Parameters(
        arity = "0..1",
        paramLabel = "MODEL",
        defaultValue = "",
        description = "The model (default the collection's default model).")
    private String model = "";

    Show(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      RelevanceModel found = models(models -> models.get(model, common.json()));
      if (common.json()) {
        console.json(RelevanceText.json(found));
      } else {
        RelevanceText text = new RelevanceText(console);
        text.models(List.of(found));
        found.training().ifPresent(training -> text.thresholds(training.thresholds()));
      }
      return 0;
    }
  }

  /// `kith relevance default`
  @Command(
      name = "default",
      description = "Say which model searches take that name none.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  kith relevance default examples --collection words",
        "  kith relevance default --none --collection words"
      })
  static final class Default extends OnCollection {
    @Parameters(arity = "0..1", paramLabel = "MODEL", defaultValue = "", description = "The model.")
    private String model = "";

    @Option(names = "--none", description = "No default: such searches take zscore.")
    private boolean none;

    Default(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      if (none != model.isEmpty()) {
        throw new UsageException("name a model, or give --none");
      }
      models(
          models -> {
            models.setDefault(model);
            return true;
          });
      if (common.json()) {
        console.json(Json.object().put("default", model));
      } else {
        console.out().println(none ? "there is no default model" : "the default model is " + model);
      }
      return 0;
    }
  }

  /// `kith relevance delete`
  @Command(
      name = "delete",
      description = "Delete a model; searches that name it are refused from then on.",
      footerHeading = "%nExample:%n",
      footer = "  kith relevance delete examples --collection words")
  static final class Delete extends OnCollection {
    @Parameters(paramLabel = "MODEL", description = "The model.")
    private String model = "";

    Delete(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      boolean existed = models(models -> models.delete(model));
      if (common.json()) {
        console.json(Json.object().put("name", model).put("existed", existed));
      } else {
        console.out().println(existed ? "deleted " + model : "there was no model " + model);
      }
      return 0;
    }
  }
}
