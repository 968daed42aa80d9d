package dev.kith.bench.tool;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.run.BenchRun;
import dev.kith.bench.run.InProcessTarget;
import dev.kith.bench.run.ResultTable;
import dev.kith.bench.run.Row;
import dev.kith.bench.run.RunSettings;
import dev.kith.bench.run.SegmentKind;
import dev.kith.bench.run.ServerTarget;
import dev.kith.bench.run.Target;
import dev.kith.index.build.IndexSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;

/// `kith bench run`: builds an index and measures it.
@Command(
    name = "run",
    description = {
      "Builds an index over a data set and measures recall, speed and size, one row a setting.",
      "In this process, or with --server against a running server through the client."
    },
    footer = {
      "",
      "Recall is against exact neighbours; a hit as near as the k-th of them counts. QPS and",
      "latencies are of the fastest of --repeats passes; QPS/cpu-s counts the searching threads'",
      "processor time instead of wall time. recall@100 comes from searches for 100 hits, where ef"
          + " is",
      "at least 100.",
      "",
      "Example:",
      "  kith bench run --dataset data/glove-100 --index hnsw --param m=16 \\",
      "    --param ef_construction=200 --sweep ef=10,20,40,80,160,320 \\",
      "    --threads 1 --json glove.json"
    })
final class RunCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--index",
      paramLabel = "NAME",
      description = "hnsw, ivf or flat (default: hnsw).")
  private String index = "hnsw";

  @Option(
      names = "--param",
      paramLabel = "KEY=N",
      description = {
        "Of hnsw: m (default 16), ef_construction (default 200). Of ivf: lists (default 0, twice",
        "the root of the number of vectors). May be repeated."
      })
  private Map<String, Integer> params = new LinkedHashMap<>();

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      description = {
        "Of hnsw, with --server: how sealed segments lie in memory, compact (the default) or fast.",
        "A run in this process searches the growing segment, which is always compact."
      })
  private @Nullable String layout;

  @Mixin private final CodecOptions codecs = new CodecOptions();

  @Option(
      names = "--sweep",
      paramLabel = "ef=N,N...",
      description = {
        "Settings to search with, one row each (default: ef=10,20,40,80,160,320; of ivf",
        "nprobe=4,8,16,32,64,128)."
      })
  private @Nullable String sweep;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Searching threads (default: 1).")
  private int threads;

  @Option(
      names = "--build-threads",
      paramLabel = "N",
      description =
          "Linking and sealing threads in this process (default: all cores); 1 repeats exactly.")
  private @Nullable Integer buildThreads;

  @Option(
      names = "--segment",
      paramLabel = "KIND",
      description = {
        "What to search in this process: growing (the default but of ivf), the segment as it was",
        "built; sealed, a mapped file made of it; sealed-memory, that file copied to memory."
      })
  private @Nullable String segment;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the graph's random levels (default: 1).")
  private long seed;

  @Option(
      names = "--k",
      paramLabel = "K",
      defaultValue = "10",
      description = "Hits of the timed searches (default: 10).")
  private int k;

  @Option(
      names = "--repeats",
      paramLabel = "R",
      defaultValue = "3",
      description = "Timed passes over the queries; the fastest counts (default: 3).")
  private int repeats;

  @Option(
      names = "--json",
      paramLabel = "OUT",
      description =
          "Also write the rows to this file as a JSON array; - prints it instead of the table.")
  private @Nullable Path json;

  @Option(
      names = "--server",
      paramLabel = "ADDRESS",
      description =
          "Measure a running server, such as 127.0.0.1:7600, with a collection made for it.")
  private @Nullable String server;

  @Option(names = "--keep", description = "With --server: leave the collection there.")
  private boolean keep;

  @Override
  public Integer call() throws IOException, InterruptedException {
    SegmentKind kind = kind();
    IndexSpec built = index(kind);
    RunSettings settings = new RunSettings(built, sweep(built), threads, k, repeats);
    int cores = Runtime.getRuntime().availableProcessors();
    int linking = buildThreads == null ? cores : buildThreads;
    if (linking < 1 || linking > 1024) {
      throw new ParameterException(
          spec.commandLine(), "--build-threads must be in [1, 1024], got " + linking);
    }
    if (segment != null && server != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--segment is for runs in this process; a server seals as it is set to");
    }
    boolean table = json == null || !json.toString().equals("-");
    ResultTable printed = new ResultTable(spec.commandLine().getOut());
    try (Dataset data = DatasetFolder.open(dataset.path(), cores);
        Target target = target(data, linking, kind)) {
      List<Row> rows =
          new BenchRun(data, target, settings)
              .run(
                  row -> {
                    if (table) {
                      printed.print(row);
                    }
                  });
      report(rows);
    }
    return 0;
  }

  private SegmentKind kind() {
    if (segment != null) {
      return SegmentKind.of(segment);
    }
    return index.equals("ivf") ? SegmentKind.SEALED : SegmentKind.GROWING;
  }

  private IndexSpec index(SegmentKind kind) {
    IndexSpec plain = RunSettings.index(index, params, seed);
    if (server == null && kind == SegmentKind.GROWING && plain instanceof IndexSpec.Ivf) {
      throw new ParameterException(
          spec.commandLine(), "a growing segment has no lists; use --segment sealed with ivf");
    }
    IndexSpec laidOut = layout == null ? plain : RunSettings.laidOut(plain, layout);
    IndexSpec coded = codecs.of(laidOut);
    if (server == null && kind == SegmentKind.GROWING && !coded.equals(plain)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is of sealed segments, and this run searches the growing one; "
                  .formatted(laidOut.equals(plain) ? codecs.given() : "--layout " + layout)
              + "add --segment sealed, or --server");
    }
    return coded;
  }

  private Target target(Dataset data, int linking, SegmentKind kind) {
    return server == null
        ? new InProcessTarget(data, linking, kind)
        : ServerTarget.connect(server, data, keep);
  }

  private void report(List<Row> rows) throws IOException {
    if (json == null) {
      return;
    }
    ArrayNode array = JSON.createArrayNode();
    rows.forEach(row -> array.add(row.toJson()));
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(array) + "\n";
    if (json.toString().equals("-")) {
      spec.commandLine().getOut().print(text);
    } else {
      Files.writeString(json, text);
    }
  }

  private List<Integer> sweep(IndexSpec built) {
    if (sweep == null) {
      return RunSettings.defaultSweep(built);
    }
    String swept = built instanceof IndexSpec.Flat ? "ef" : RunSettings.swept(built);
    if (!sweep.startsWith(swept + "=")) {
      throw new ParameterException(
          spec.commandLine(),
          "--sweep must be %s=N,N..., the one setting to sweep; got %s".formatted(swept, sweep));
    }
    List<Integer> widths = new ArrayList<>();
    for (String number : sweep.substring(swept.length() + 1).split(",", -1)) {
      try {
        widths.add(Integer.parseInt(number.strip()));
      } catch (NumberFormatException e) {
        throw new ParameterException(
            spec.commandLine(),
            "--sweep %s= must list whole numbers, got '%s'".formatted(swept, number),
            e);
      }
    }
    return widths;
  }
}
