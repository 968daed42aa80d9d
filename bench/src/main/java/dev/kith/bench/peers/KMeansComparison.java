package dev.kith.bench.peers;

import com.sun.management.OperatingSystemMXBean;
import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.index.cluster.KMeans;
import dev.kith.index.ivf.CoarseQuantizer;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Partition;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Lets Kith and FAISS find centroids of the same rows in turn, and prints each as it ends. One
/// judge measures what came of it.
///
/// Both get the rows that an inverted file of Kith's learns from. Kith does with them what such a
/// file does ([Partition#training]), FAISS what it does by default.
public final class KMeansComparison {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /// Queries that the data set is prepared with; nobody searches for them.
  private static final int QUERIES = 1;

  private static final String ROW = "%-6s %9s %10s %10s %10s %7s %10s%n";

  private final KMeansSettings settings;
  private final PrintWriter out;
  private final Consumer<String> progress;

  /// @param out takes the table
  /// @param progress told in a line what is being done
  public KMeansComparison(KMeansSettings settings, PrintWriter out, Consumer<String> progress) {
    this.settings = settings;
    this.out = out;
    this.progress = progress;
  }

  /// Runs the comparison, with the FAISS that the environment's compiler finds.
  ///
  /// @param path data set folder or file
  /// @throws IllegalArgumentException if the data set has fewer vectors than there are to be
  ///   centroids
  public void run(Path path) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create();
        Arena arena = Arena.ofShared()) {
      Path prepared = workspace.folder().resolve("dataset");
      try (Dataset source = DatasetFolder.open(path, Runtime.getRuntime().availableProcessors())) {
        requireRows(source);
        progress.accept("preparing " + source.name());
        PreparedData.write(source, QUERIES, prepared);
      }
      try (Dataset dataset = DatasetFolder.open(prepared, 1)) {
        CppCompiler compiler = CppCompiler.ofEnvironment(workspace.folder());
        FaissKMeans faiss = new FaissKMeans(compiler, workspace.folder(), prepared);
        printHeading(dataset);
        compare(rows(dataset, arena), faiss);
      }
    }
  }

  private void requireRows(Dataset source) {
    for (int count : settings.centroids()) {
      if (count > source.base().rows()) {
        throw new IllegalArgumentException(
            "%s has %d vectors, too few for %d centroids; name fewer with --centroids"
                .formatted(source.name(), source.base().rows(), count));
      }
    }
  }

  private static VectorRows rows(Dataset dataset, Arena arena) {
    VectorRows rows = VectorRows.reserve(dataset.space(), dataset.base().rows(), arena);
    for (int row = 0; row < rows.capacity(); row++) {
      rows.set(row, dataset.base().data(), dataset.base().offset(row));
    }
    return rows;
  }

  private void compare(VectorRows rows, FaissKMeans faiss)
      throws IOException, InterruptedException {
    int[] all = IntStream.range(0, rows.capacity()).toArray();
    for (int count : settings.centroids()) {
      for (int run = 1; run <= settings.runs(); run++) {
        Partition.Training task = Partition.training(new IvfParams(count, run), rows, all);
        for (String side : settings.sides()) {
          progress.accept("%d centroids, run %d, %s".formatted(count, run, side));
          try {
            if (side.equals(KMeansSettings.KITH)) {
              kith(task, rows);
            } else {
              faiss(faiss, task, rows);
            }
          } catch (UnavailableException e) {
            progress.accept(side + " takes no part: " + e.getMessage());
          }
        }
      }
    }
  }

  private void kith(Partition.Training task, VectorRows rows) throws InterruptedException {
    KMeans.Params own = task.means();
    KMeans.Params means =
        new KMeans.Params(
            own.clusters(),
            settings.rounds().orElse(own.rounds()),
            own.spherical(),
            own.cap(),
            own.seed());
    try (Arena arena = Arena.ofShared()) {
      long cpu = PROCESS.getProcessCpuTime();
      long start = System.nanoTime();
      KMeans.Result found =
          KMeans.train(
              task.points(), task.sample(), means, settings.threads(), arena, (_, _, _) -> {});
      double seconds = (System.nanoTime() - start) / 1e9;
      double cpuSeconds = (PROCESS.getProcessCpuTime() - cpu) / 1e9;
      double error = error(found.clusters().centroids(), task, rows);
      print(KMeansSettings.KITH, task, seconds, cpuSeconds, found.rounds(), error);
    }
  }

  private void faiss(FaissKMeans faiss, Partition.Training task, VectorRows rows)
      throws IOException, InterruptedException {
    FaissKMeans.Found found =
        faiss.train(
            rows.space().metric(),
            task.sample(),
            task.means().clusters(),
            settings.rounds().orElse(0),
            (int) task.means().seed(),
            settings.threads());
    progress.accept("FAISS " + found.version());
    int depth = task.points().depth();
    MemorySegment centroids = found.centroids();
    double error = error(new Points(centroids, 0, (long) depth * Float.BYTES, depth), task, rows);
    print(KMeansSettings.FAISS, task, found.seconds(), found.cpuSeconds(), found.rounds(), error);
  }

  /// The mean squared distance from a row that was learnt from to the nearest centroid.
  private double error(Points centroids, Partition.Training task, VectorRows rows)
      throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      VectorRows copy = VectorRows.reserve(rows.space(), task.means().clusters(), arena);
      for (int i = 0; i < copy.capacity(); i++) {
        copy.set(i, centroids.segment(), centroids.at(i));
      }
      int trained = task.sample().length;
      return Partition.of(
              new Partition.Centroids(CoarseQuantizer.flat(copy), trained, 0),
              rows,
              task.sample(),
              settings.threads(),
              _ -> {})
          .error();
    }
  }

  private void printHeading(Dataset dataset) {
    out.printf(
        Locale.ROOT,
        "%s: %,d x %d, %s; %d %s%n",
        dataset.name(),
        dataset.base().rows(),
        dataset.space().dimension(),
        dataset.space().metric().name().toLowerCase(Locale.ROOT),
        settings.threads(),
        settings.threads() == 1 ? "thread" : "threads");
    out.println(Machine.here().inWords());
    out.println();
    out.printf(ROW, "by", "centroids", "of rows", "seconds", "CPU s", "rounds", "error");
    out.flush();
  }

  private void print(
      String side,
      Partition.Training task,
      double seconds,
      double cpuSeconds,
      int rounds,
      double error) {
    out.printf(
        ROW,
        side,
        "%,d".formatted(task.means().clusters()),
        "%,d".formatted(task.sample().length),
        String.format(Locale.ROOT, "%.2f", seconds),
        String.format(Locale.ROOT, "%.2f", cpuSeconds),
        rounds,
        String.format(Locale.ROOT, "%.5f", error));
    out.flush();
  }
}
