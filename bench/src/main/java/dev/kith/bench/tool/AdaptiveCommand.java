package dev.kith.bench.tool;

import dev.kith.bench.adaptive.AdaptiveRun;
import dev.kith.bench.adaptive.AdaptiveSettings;
import dev.kith.bench.adaptive.BasisName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// `kith bench adaptive`: what it brings to compare prefixes.
@Command(
    name = "adaptive",
    description = {
      "Measures what it brings to compare vectors by prefixes of themselves (AdANNS), on one data",
      "set: lists searched by whole vectors, certified, and by ladders of widths, learnt from",
      "prefixes or from whole vectors."
    },
    footer = {
      "",
      "Half of the queries choose ladders, the other half judges them. Products are of floats,",
      "those of centroids and axes included; us are of the searching thread's processor time, the",
      "best of three passes that take turns with those of all other settings. A table is printed as",
      "soon as it is known.",
      "",
      "Example:",
      "  kith bench adaptive --dataset data/mnist-784 --nested --dir report"
    })
final class AdaptiveCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most queries, drawn at random; half of them choose (default: 1000).")
  private int queries;

  @Option(
      names = "--lists",
      paramLabel = "N",
      defaultValue = "0",
      description = "Lists (default: 0, the root of the number of vectors).")
  private int lists;

  @Option(
      names = "--basis",
      paramLabel = "NAME",
      defaultValue = "pca",
      description = {
        "What prefixes are made of: pca, coordinates along the axes on which vectors vary most, or",
        "as-is, those of vectors trained for it (default: pca)."
      })
  private String basis = "pca";

  @Option(
      names = "--widths",
      paramLabel = "N,N...",
      split = ",",
      description = {
        "Coordinates of prefixes, ascending, below the dimension (default: 32,64,96,128,192,",
        "those that are)."
      })
  private List<Integer> widths = new ArrayList<>();

  @Option(
      names = "--list-dims",
      paramLabel = "N",
      defaultValue = "0",
      description = {
        "Coordinates that the lists of AdANNS-IVF are learnt from, those of the next prefix",
        "(default: 0, the narrowest that hold nine tenths of the squared distances between",
        "vectors, or the widest if none do)."
      })
  private int listDims;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the draw of queries and of the lists (default: 1).")
  private long seed;

  @Option(
      names = "--build-threads",
      paramLabel = "N",
      description = "Threads that build (default: all cores). Searches use one.")
  private @Nullable Integer buildThreads;

  @Option(
      names = "--codes",
      description = {
        "Also compare codes of 8 to 64 bytes of whole vectors with such of prefixes; learning",
        "them takes minutes."
      })
  private boolean codes;

  @Option(
      names = "--nested",
      description = {
        "Also train a nested (Matryoshka) head on the labels of the data set, and measure its",
        "embeddings, compared as they are."
      })
  private boolean nested;

  @Option(
      names = "--served",
      description = {
        "Also load a server, search it over gRPC with a filter, and count the searches that find",
        "the same as in this process."
      })
  private boolean served;

  @Mixin private final ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    int threads = buildThreads == null ? Runtime.getRuntime().availableProcessors() : buildThreads;
    AdaptiveSettings settings =
        new AdaptiveSettings(
            queries, lists, BasisName.parse(basis), widths, listDims, threads, seed);
    ObjectNode measured =
        new AdaptiveRun(
                settings,
                new AdaptiveRun.Parts(codes, nested, served),
                report.folder(),
                spec.commandLine().getOut(),
                Commands.progress(spec.commandLine().getErr()))
            .run(dataset.path());
    report.write(measured);
    return 0;
  }
}
