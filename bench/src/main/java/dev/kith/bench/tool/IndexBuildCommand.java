package dev.kith.bench.tool;

import dev.kith.bench.build.BuildReport;
import dev.kith.bench.build.IndexBuild;
import dev.kith.bench.dataset.MetricName;
import dev.kith.bench.run.RunSettings;
import dev.kith.client.file.VectorFile;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.LinkOrder;
import dev.kith.server.bulk.IndexFolderWriter;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.ProcessMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// `kith index build`: builds an index folder of a file of vectors.
@Command(
    name = "build",
    description = {
      "Builds a collection's segments of a file of vectors, without a server, in a folder that a"
          + " server attaches with `kith collection attach`.",
      "Holds one segment in memory, says before it starts how much that takes, and refuses what"
          + " does not fit. The folder appears when it is whole; what an interrupted build leaves"
          + " ends in .building and goes with the next one."
    },
    footer = {
      "",
      "Recall is measured on 200 of the vectors themselves at ef 100, each left out of"
          + " its own answer, against an exact scan. A vector that was indexed finds its"
          + " neighbours more easily than others do. Memory is the most physical memory"
          + " the process had while it built.",
      "",
      "Examples:",
      "  kith index build base.npy --metric cosine --out attachable/glove",
      "  kith index build glove.hdf5 --m 24 --layout fast --out attachable/glove-fast",
      "  kith index build base.npy --codec int8 --out attachable/glove-int8",
      "  kith index build base.npy --index ivf --basis pca --out attachable/glove-prefixes"
    })
final class IndexBuildCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "The vectors: .npy, .hdf5, .h5, .fvecs, .bvecs or .ivecs.")
  @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
  private Path file;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder to make; must not exist.")
  @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
  private Path out;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = "cosine",
      description = "cosine, dot or euclidean (default: cosine).")
  private String metric = "cosine";

  @Option(
      names = "--index",
      paramLabel = "NAME",
      description = "hnsw, ivf or flat (default: hnsw).")
  private String index = "hnsw";

  @Option(names = "--m", paramLabel = "N", description = "Links per point (default: 16).")
  private @Nullable Integer m;

  @Option(
      names = "--ef-construction",
      paramLabel = "N",
      description = "Candidates when linking (default: 200).")
  private @Nullable Integer efConstruction;

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      description =
          "compact (the default) or fast, which takes more memory and is searched faster.")
  private @Nullable String layout;

  @Mixin private final CodecOptions codecs = new CodecOptions();

  @Option(
      names = "--link-order",
      paramLabel = "NAME",
      defaultValue = "near",
      description = {
        "near (the default), near vectors after each other, which is the quickest; natural, the"
            + " order of the file; or lid, by descending local intrinsic dimension: searches then"
            + " compute some 3 to 11 %% fewer distances at equal recall up to .99. It takes about"
            + " 30 %% longer than natural. Beside natural, near takes 5 and lid 16 bytes of the"
            + " Java heap a vector."
      })
  private String linkOrder = "near";

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the random levels (default: 1); with one thread a build repeats.")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Linking and sealing threads, 1 to 1024 (default: all cores).")
  private @Nullable Integer threads;

  @Option(
      names = "--segment-points",
      paramLabel = "N",
      description =
          "Vectors a segment, 1000 to 100000000 (default: as many as fit in 1 GiB, at most"
              + " 1000000).")
  private @Nullable Integer segmentPoints;

  @Option(
      names = "--ids",
      paramLabel = "FILE",
      description =
          "Ids as text, one a line, for each vector a different one (default: numbers from 0). The"
              + " check that they differ takes 8 bytes of the Java heap for each.")
  private @Nullable Path ids;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "train",
      description = "Data set of an .hdf5 file (default: train).")
  private String dataset = "train";

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    requireRange("--threads", threads, 1, 1024);
    requireRange("--segment-points", segmentPoints, 1_000, CollectionSpec.MAX_SEGMENT_POINTS);
    try (VectorFile source = VectorFile.open(file, dataset)) {
      VectorSpace space = new VectorSpace(source.dimension(), metric());
      IndexSpec built = index();
      int points =
          segmentPoints == null ? CollectionSpec.defaultSegmentPoints(space) : segmentPoints;
      IndexBuild build =
          new IndexBuild(
              new IndexBuild.Settings(
                  out,
                  new IndexFolderWriter.Definition(space, built, points, linkOrder()),
                  threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                  ids),
              source);
      spec.commandLine().getErr().println("kith: " + build.announcement());
      spec.commandLine().getErr().flush();
      build.requireMemory(ProcessMemory.available());
      print(build.run(), built);
    }
    return 0;
  }

  private void requireRange(String option, @Nullable Integer value, int min, int max) {
    if (value != null && (value < min || value > max)) {
      throw new ParameterException(
          spec.commandLine(), "%s must be in [%d, %d], got %d".formatted(option, min, max, value));
    }
  }

  private Metric metric() {
    return MetricName.parse(metric);
  }

  private IndexSpec index() {
    Map<String, Integer> params = new LinkedHashMap<>();
    if (m != null) {
      params.put("m", m);
    }
    if (efConstruction != null) {
      params.put("ef_construction", efConstruction);
    }
    IndexSpec plain = RunSettings.index(index, params, seed);
    IndexSpec laidOut = layout == null ? plain : RunSettings.laidOut(plain, layout);
    return codecs.of(laidOut);
  }

  private LinkOrder linkOrder() {
    return switch (linkOrder) {
      case "near" -> LinkOrder.NEAR;
      case "natural" -> LinkOrder.NATURAL;
      case "lid" -> LinkOrder.LID;
      default ->
          throw new IllegalArgumentException(
              "link order must be near, natural or lid, got " + linkOrder);
    };
  }

  private void print(BuildReport report, IndexSpec built) {
    PrintWriter printed = spec.commandLine().getOut();
    if (json) {
      printed.println(JSON.writeValueAsString(json(report)));
      return;
    }
    printed.printf(
        Locale.ROOT,
        "built %s: %d vectors, %s%s, in %.1f s (%.0f a second)%n",
        out,
        report.vectors(),
        IndexBuild.describe(built),
        built instanceof IndexSpec.Hnsw ? ", linked in " + linkOrder + " order" : "",
        report.seconds(),
        report.vectorsPerSecond());
    printed.printf(
        Locale.ROOT,
        "%d segment%s of %.0f bytes a vector; memory at most %d MiB%n",
        report.segments(),
        report.segments() == 1 ? "" : "s",
        report.bytesPerVector(),
        report.peakResidentBytes() >> 20);
    report
        .recall()
        .ifPresent(
            recall ->
                printed.printf(
                    Locale.ROOT,
                    "recall@10 %.4f %s, on %d of its own vectors%n",
                    recall.recall(),
                    recall.ef() == 0 ? "with lists as measured" : "at ef " + recall.ef(),
                    recall.queries()));
  }

  private ObjectNode json(BuildReport report) {
    ObjectNode object =
        JSON.createObjectNode()
            .put("out", out.toString())
            .put("vectors", report.vectors())
            .put("segments", report.segments())
            .put("link_order", linkOrder)
            .put("seconds", report.seconds())
            .put("vectors_per_second", report.vectorsPerSecond())
            .put("peak_resident_bytes", report.peakResidentBytes())
            .put("bytes_per_vector", report.bytesPerVector())
            .put("folder_bytes", report.folderBytes());
    report
        .recall()
        .ifPresent(
            recall ->
                object
                    .put("recall_at_10", recall.recall())
                    .put("recall_queries", recall.queries())
                    .put("recall_ef", recall.ef()));
    return object;
  }
}
