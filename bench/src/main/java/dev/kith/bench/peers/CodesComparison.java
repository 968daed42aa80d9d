package dev.kith.bench.peers;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.peers.child.EngineMain;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.bench.peers.engine.SubQuantizers;
import dev.kith.bench.run.Recall;
import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.RabitqCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Compares Kith's codes with FAISS's. They are judged alone: a scan over all rows ranks by what
/// the codes say, and no vector corrects it. One code after another encodes, searches and is
/// printed, so that a run that is cut short has told what it knew; a code that cannot take part
/// says why, and the others go on.
public final class CodesComparison {
  private static final Duration LONGEST = Duration.ofHours(6);

  /// With which names of codes of FAISS begin; what its `index_factory` is told follows.
  private static final String FAISS = "faiss-";

  /// Contenders are told, and those with codes alone do not listen.
  private static final GraphSettings GRAPH = new GraphSettings(16, 200);

  private static final String ROW = "%-24s %12s %9s %9s%n";

  private final int queries;
  private final int threads;
  private final List<String> names;
  private final PrintWriter out;
  private final Consumer<String> progress;

  /// @param queries most queries to search for, in `[10, 1000000]`
  /// @param threads that learn and encode, in `[1, 1024]`; searches use one
  /// @param names codes that take part, in this order; empty for those that need no long training
  /// @param out takes the table
  /// @param progress told in a line what is being done
  /// @throws IllegalArgumentException if a number is out of range or there is no code of a name
  public CodesComparison(
      int queries, int threads, List<String> names, PrintWriter out, Consumer<String> progress) {
    this.queries = Require.inRange("queries", queries, 10, 1_000_000);
    this.threads = Require.inRange("threads", threads, 1, 1024);
    this.names = List.copyOf(names);
    this.out = out;
    this.progress = progress;
    names.stream().filter(name -> !name.startsWith(FAISS)).forEach(CodesComparison::ours);
  }

  private static KithCode ours(String name) {
    List<KithCode> all = KithCode.all();
    return all.stream()
        .filter(code -> code.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "code must be %s or %sINDEX, got %s"
                        .formatted(
                            all.stream().map(KithCode::name).collect(Collectors.joining(", ")),
                            FAISS,
                            name)));
  }

  /// Codes of both, those of a size together. Without rotations that are learnt, which takes
  /// minutes to hours.
  static List<String> usual(int dimension) {
    List<String> all = new ArrayList<>(List.of("kith-f16", "kith-bf16"));
    all.addAll(List.of(FAISS + "SQfp16", FAISS + "SQbf16", "kith-int8", FAISS + "SQ8"));
    for (int bits = Codec.MAX_BITS; bits > 0; bits--) {
      all.add("kith-rabitq" + bits);
      if (bits <= RabitqCode.MAX_BITS) {
        all.add("kith-ivf-rabitq" + bits);
      }
      all.add("%sRR%d,RaBitQ%d".formatted(FAISS, dimension, bits));
    }
    int pairs = SubQuantizers.atMost(dimension / 2, dimension);
    all.addAll(List.of("kith-pq8", "kith-ivf-pq8"));
    all.add("%sPQ%dx8".formatted(FAISS, SubQuantizers.atMost(dimension / 4, dimension)));
    all.addAll(List.of("kith-pq4", "kith-ivf-pq4"));
    all.add("%sPQ%dx4".formatted(FAISS, pairs));
    all.add("%sPQ%dx4fs".formatted(FAISS, pairs));
    return all;
  }

  /// Runs the comparison, with the FAISS that the environment's compiler finds.
  ///
  /// @param path data set folder or file
  public void run(Path path) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create()) {
      Path prepared = workspace.folder().resolve("dataset");
      Metric metric;
      try (Dataset source = DatasetFolder.open(path, Runtime.getRuntime().availableProcessors())) {
        metric = source.space().metric();
        progress.accept("preparing " + source.name());
        // The centre of a list is the mean of its rows then, as FAISS's centre is. Of a cosine it
        // would be of length one, which is as far from the rows as another row is.
        PreparedData.write(
            source, queries, metric == Metric.COSINE ? Metric.DOT : metric, prepared);
      }
      try (Dataset dataset = DatasetFolder.open(prepared, 1)) {
        Launcher launcher =
            new Launcher(
                workspace.folder(),
                prepared,
                dataset.space().metric(),
                GRAPH,
                threads,
                CppCompiler.ofEnvironment(
                    Files.createDirectory(workspace.folder().resolve("compiled"))));
        printHeading(dataset, metric);
        compare(dataset, launcher);
      }
    }
  }

  private void compare(Dataset dataset, Launcher launcher)
      throws IOException, InterruptedException {
    Recall recall = Recall.at(EngineMain.K, dataset);
    for (String name : names.isEmpty() ? usual(dataset.space().dimension()) : names) {
      progress.accept(name);
      try {
        Found found =
            name.startsWith(FAISS)
                ? faiss(name, dataset, launcher)
                : ours(name).measure(dataset, threads);
        print(name, found, recall, dataset);
      } catch (UnavailableException e) {
        progress.accept(name + " takes no part: " + e.getMessage());
      }
    }
  }

  private Found faiss(String name, Dataset dataset, Launcher launcher)
      throws IOException, InterruptedException {
    String index = name.substring(FAISS.length());
    Contender contender =
        new Contender(name, index, false, Program.Cpp.faiss("faiss.cpp", index), List.of());
    int count = dataset.queries().rows();
    try (ContenderProcess process = launcher.start(contender)) {
      ContenderProcess.Built built = process.built(LONGEST);
      progress.accept(
          String.format(
              Locale.ROOT, "encoded in %.1f CPU s, %s", built.cpuSeconds(), built.version()));
      ContenderProcess.Searched searched = process.search("-", count, LONGEST);
      return new Found(
          built.codeBytes(), searched.cpuSeconds(), process.hits(count, dataset.base().rows()));
    }
  }

  private void printHeading(Dataset dataset, Metric metric) {
    out.printf(
        Locale.ROOT,
        "%s: %,d x %d, %s; %,d queries one at a time on one thread%n",
        dataset.name(),
        dataset.base().rows(),
        dataset.space().dimension(),
        metric.name().toLowerCase(Locale.ROOT),
        dataset.queries().rows());
    out.println(Machine.here().inWords());
    out.println();
    out.printf(ROW, "code", "bytes/vector", "recall@10", "ns/row");
    out.flush();
  }

  private void print(String name, Found found, Recall recall, Dataset dataset) {
    double scanned = (double) dataset.queries().rows() * dataset.base().rows();
    out.printf(
        ROW,
        name,
        found.bytesPerVector() == 0
            ? "-"
            : String.format(Locale.ROOT, "%.1f", found.bytesPerVector()),
        String.format(Locale.ROOT, "%.4f", recall.of(found.hits())),
        String.format(Locale.ROOT, "%.2f", found.cpuSeconds() * 1e9 / scanned));
    out.flush();
  }

  /// What a scan of codes found.
  ///
  /// @param bytesPerVector what it reads by row; 0 if unknown
  /// @param cpuSeconds of the searching thread
  /// @param hits rows of each query, best first
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Found(double bytesPerVector, double cpuSeconds, int[][] hits) {}
}
