package dev.kith.client.cli;

import dev.kith.client.RelevanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kith relevance evaluate`
@Command(
    name = "evaluate",
    description =
        "Judge a model, beside raw, platt, zscore, gap and fixed_k, by queries that it was not"
            + " trained on.",
    footerHeading = "%nExample:%n",
    footer =
        "  kith relevance evaluate examples --collection words --queries more.npy"
            + " --judgments more.tsv")
final class EvaluateCommand extends RelevanceCommand.OnCollection {
  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      defaultValue = "",
      description = "The model (default the collection's default model).")
  private String model = "";

  @Mixin private JudgedInput input = new JudgedInput();

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = {
        "Write a page with pictures too: precision against recall, reliability, figures."
      })
  private @Nullable Path report;

  EvaluateCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    if (input.isEmpty()) {
      throw new UsageException("--queries and --judgments are required: a model is judged by them");
    }
    RelevanceReport judged;
    try (Progress bar = new Progress()) {
      judged =
          input.use(
              queries ->
                  models(
                      models ->
                          models.evaluate(
                              model,
                              input.unjudgedLeftOut,
                              queries,
                              progress -> TrainCommand.show(bar, progress))));
    }
    if (common.json()) {
      console.json(RelevanceText.json(judged));
    } else {
      new RelevanceText(console).report(judged);
    }
    if (report != null) {
      String title =
          "Relevance by %s in %s".formatted(judged.models().getFirst().model(), collectionName());
      Files.writeString(report, RelevanceHtml.of(title, judged, List.of()));
    }
    return 0;
  }
}
