package dev.kith.client.cli;

import dev.kith.client.ModelSpec;
import dev.kith.client.RelevanceModel;
import dev.kith.client.TrainedModel;
import dev.kith.client.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `kith relevance train`
@Command(
    name = "train",
    description = {
      "Train a model of relevance from judged queries and keep it; then say what the queries make of"
          + " it that were held out.",
      "Without queries, of kinds raw, zscore, gap and fixed_k, keep a rule of thumb that knows what"
          + " the points look like, for --outlyingness. Interrupted, nothing is kept."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith relevance train examples --collection words --queries queries.npy"
          + " --judgments judged.tsv",
      "  kith relevance train one-curve --collection words --kind platt --queries queries.npy"
          + " --judgments judged.tsv --default",
      "  kith relevance train day-one --collection words --kind zscore"
    })
final class TrainCommand extends RelevanceCommand.OnCollection {
  @Parameters(paramLabel = "MODEL", description = "Name of the model.")
  private String model = "";

  @Mixin private JudgedInput input = new JudgedInput();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "raw, platt, zscore, gap, fixed_k or cosine_adapter (default cosine_adapter).")
  private ModelSpec.@Nullable Kind kind;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description =
          "Of a cosine_adapter, its curve: linear, sqrt, quadratic or power (default power).")
  private ModelSpec.@Nullable Form form;

  @Option(
      names = "--inputs",
      paramLabel = "INPUTS",
      description = {
        "Of a cosine_adapter, what its network sees: query, statistics of the candidates' scores, or",
        "query_and_statistics (default)."
      })
  private ModelSpec.@Nullable Inputs inputs;

  @Option(
      names = "--hidden-units",
      paramLabel = "N",
      description = "Of a cosine_adapter, units of its network, 1 to 1024 (default 64).")
  private @Nullable Integer hiddenUnits;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "Nearest points of a query that the model sees, 10 to 1000 (default 100).")
  private @Nullable Integer candidates;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Decides how queries are split and where training begins (default 0).")
  private long seed;

  @Option(
      names = "--default",
      description = "Let searches that name no model take this one from now on.")
  private boolean isDefault;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = {
        "Write a page with pictures too: precision against recall, reliability, figures and",
        "thresholds."
      })
  private @Nullable Path report;

  TrainCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    ModelSpec spec =
        new ModelSpec(
            model,
            Optional.ofNullable(kind),
            new ModelSpec.Network(
                Optional.ofNullable(form), Optional.ofNullable(inputs), optional(hiddenUnits)),
            optional(candidates),
            seed,
            input.unjudgedLeftOut,
            isDefault);
    TrainedModel trained;
    try (Progress bar = new Progress()) {
      trained =
          input.use(
              queries ->
                  models(models -> models.train(spec, queries, progress -> show(bar, progress))));
    }
    print(trained);
    if (report != null && !trained.report().models().isEmpty()) {
      Files.writeString(
          report,
          RelevanceHtml.of(
              "Relevance by %s in %s".formatted(model, collectionName()),
              trained.report(),
              trained
                  .model()
                  .training()
                  .map(RelevanceModel.Training::thresholds)
                  .orElse(List.of())));
    }
    return 0;
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  static void show(Progress bar, TrainingProgress progress) {
    if (progress.phase() != TrainingProgress.Phase.FINISHED) {
      bar.at(RelevanceText.word(progress.phase()), progress.completed(), progress.total());
    }
  }

  private void print(TrainedModel trained) {
    if (common.json()) {
      ObjectNode object = Json.object();
      object.set("model", RelevanceText.json(trained.model()));
      object.set("report", RelevanceText.json(trained.report()));
      console.json(object);
      return;
    }
    RelevanceText text = new RelevanceText(console);
    text.models(List.of(trained.model()));
    trained
        .model()
        .training()
        .ifPresent(
            training -> {
              text.thresholds(training.thresholds());
              text.report(trained.report());
            });
  }
}
