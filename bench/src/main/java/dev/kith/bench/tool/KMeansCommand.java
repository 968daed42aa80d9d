package dev.kith.bench.tool;

import dev.kith.bench.peers.KMeansComparison;
import dev.kith.bench.peers.KMeansSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kith bench kmeans`: Kith's k-means beside FAISS's.
@Command(
    name = "kmeans",
    description = {
      "Compares Kith's k-means with FAISS's: how long it takes, and how near centroids lie.",
      "FAISS needs g++, libfaiss-dev and libopenblas-dev; without them, Kith is measured alone."
    },
    footer = {
      "",
      "Both learn from the same rows, 256 a centroid if there are as many; a cosine's",
      "centroids are of length one. Kith does as when it makes an inverted file, FAISS",
      "as it does by default. A row is printed as soon as a side ends. The error is the",
      "mean squared distance from a row that was learnt from to the nearest centroid.",
      "",
      "CXXFLAGS may lead g++ to a FAISS that is compiled for this processor.",
      "",
      "Example:",
      "  kith bench kmeans --dataset data/glove-100 --centroids 1024,4096 --runs 3"
    })
final class KMeansCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--side",
      paramLabel = "NAME",
      description = "Who takes part, kith or faiss (default: both). May be repeated.")
  private List<String> sides = new ArrayList<>();

  @Option(
      names = "--centroids",
      paramLabel = "N",
      split = ",",
      defaultValue = "1024",
      description = "How many to find (default: 1024).")
  private List<Integer> centroids = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of each side (default: 1).")
  private int threads;

  @Option(
      names = "--runs",
      paramLabel = "R",
      defaultValue = "1",
      description = "Turns of each side, each with another seed and sample (default: 1).")
  private int runs;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Most rounds of both sides (default: what each does by itself).")
  private @Nullable Integer rounds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    KMeansSettings settings =
        new KMeansSettings(
            sides,
            centroids,
            threads,
            runs,
            rounds == null ? OptionalInt.empty() : OptionalInt.of(rounds));
    new KMeansComparison(
            settings, spec.commandLine().getOut(), Commands.progress(spec.commandLine().getErr()))
        .run(dataset.path());
    return 0;
  }
}
