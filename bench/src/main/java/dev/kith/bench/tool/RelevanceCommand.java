package dev.kith.bench.tool;

import dev.kith.bench.relevance.Grading;
import dev.kith.bench.relevance.RelevanceRun;
import dev.kith.bench.relevance.RelevanceSettings;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// `kith bench relevance`: how well models tell which hits matter.
@Command(
    name = "relevance",
    description = {
      "Measures models of relevance on one data set that says what is relevant to its",
      "queries: adapters beside raw scores, platt, zscore, gap and fixed_k; what",
      "thresholds keep of what they promise; how many judged queries are needed; what",
      "models cost; whether queries that nothing fits are noticed; and what becomes of",
      "it all when other searches find the hits."
    },
    footer = {
      "",
      "Candidates are the nearest of every judged query, found by comparing all",
      "vectors; what nobody judged is irrelevant. For every seed queries are split",
      "anew: 60 %% are learnt from, 10 %% say when to stop, 15 %% calibrate thresholds,",
      "and 15 %% judge, of which all figures are. A table is printed as soon as it is",
      "known.",
      "",
      "Examples:",
      "  kith bench relevance --dataset data/wordnet-examples --dir report",
      "  kith bench relevance --dataset data/glove-relatives --queries 5000 --seeds 2"
    })
final class RelevanceCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "100",
      description = "Nearest vectors of each query that models see, 10 to 1000 (default: 100).")
  private int candidates;

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "0",
      description = "Most judged queries, drawn at random, 20 or more (default: 0, all).")
  private int queries;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description = {
        "Splits and trainings; figures are means over them, the learning curve over the first 3",
        "(default: 5)."
      })
  private int seeds;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "64",
      description = "Hidden units of the adapters' networks, 1 to 1024 (default: 64).")
  private int hidden;

  @ArgGroup private @Nullable Grades grades;

  /// What grades count for.
  static final class Grades {
    @Option(
        names = "--relevant-from",
        paramLabel = "G",
        defaultValue = "0",
        description = {
          "Grade from which a pair is relevant, in [0, 1]; pairs of lower ones are not. 0 is for",
          "any grade above 0 (default: 0)."
        })
    private float relevantFrom;

    @Option(
        names = "--graded",
        description = "Take grades as they are, as probabilities of relevance.")
    private boolean graded;

    Grading grading() {
      return graded ? new Grading.AsTheyAre() : new Grading.AllOrNothing(relevantFrom);
    }
  }

  @Option(
      names = "--unfit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Queries of each kind that nothing fits, 10 or more (default: 1000).")
  private int unfit;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = {
        "Threads that find candidates, embed and build (default: all cores). Models are trained and",
        "timed on one."
      })
  private @Nullable Integer threads;

  @Mixin private final ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    RelevanceSettings settings =
        new RelevanceSettings(
            candidates,
            queries,
            seeds,
            hidden,
            unfit,
            grades == null ? new Grading.AllOrNothing(0) : grades.grading(),
            threads == null ? Runtime.getRuntime().availableProcessors() : threads);
    ObjectNode measured =
        new RelevanceRun(
                settings,
                report.folder(),
                spec.commandLine().getOut(),
                Commands.progress(spec.commandLine().getErr()))
            .run(dataset.path());
    report.write(measured);
    return 0;
  }
}
