package dev.kith.bench.tool;

import dev.kith.bench.peers.Comparison;
import dev.kith.bench.peers.PeerJson;
import dev.kith.bench.peers.PeerSettings;
import dev.kith.bench.peers.PeerTable;
import dev.kith.bench.peers.Result;
import dev.kith.bench.peers.engine.GraphSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

/// `kith bench peers`: Kith beside its competitors.
@Command(
    name = "peers",
    description = {
      "Runs Kith and its competitors side by side on one data set and prints who is faster.",
      "Every contender is a process that builds once; then they search in turn, one at a time."
    },
    footer = {
      "",
      "Contenders: kith, kith-compact, kith-fast, kith-f16, kith-int8, kith-rabitq,",
      "kith-ivf, kith-ivf-pq, kith-ivf-flat; hnswlib (needs g++, libhnswlib-dev);",
      "faiss-hnsw, faiss-hnsw-sq8, faiss-ivf-flat, faiss-ivfpq-fs (need g++,",
      "libfaiss-dev, libopenblas-dev); lucene; jvector, jvector-pq. What is not",
      "installed is reported, and the others run. CXXFLAGS may lead g++ to a FAISS that",
      "is compiled for this processor.",
      "",
      "Bytes by vector of kith-f16, kith-int8 and kith-rabitq are of codes and links in",
      "memory; beside them, vectors are read from a mapped file, 4 bytes a dimension.",
      "",
      "Speeds are queries per second of the searching thread's processor time, one",
      "query at a time, at a recall@10: interpolated between the two settings around",
      "it. >x: even the cheapest setting finds more; -: no setting finds as much.",
      "",
      "Example:",
      "  kith bench peers --dataset data/glove-100 --contender kith \\",
      "    --contender hnswlib --runs 3 --recall 0.90,0.95,0.99 --json peers.json"
    })
final class PeersCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--contender",
      paramLabel = "NAME",
      description = "Who takes part (default: all). May be repeated.")
  private List<String> contenders = new ArrayList<>();

  @Option(
      names = "--runs",
      paramLabel = "R",
      defaultValue = "3",
      description = "Turns of every contender; the median counts (default: 3).")
  private int runs;

  @Option(
      names = "--m",
      paramLabel = "N",
      defaultValue = "16",
      description = "Links of a graph's node, twice that on the lowest level (default: 16).")
  private int m;

  @Option(
      names = "--ef-construction",
      paramLabel = "N",
      defaultValue = "200",
      description = "Candidates looked at to link a node (default: 200).")
  private int efConstruction;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Building threads (default: 1). Searches use one.")
  private int threads;

  @Option(
      names = "--recall",
      paramLabel = "X",
      split = ",",
      defaultValue = "0.90,0.95,0.99",
      description = "Recall@10 to compare speeds at (default: 0.90,0.95,0.99).")
  private List<Double> recalls = new ArrayList<>();

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "5000",
      description =
          "Most queries to search for, a random choice that is always the same (default: 5000).")
  private int queries;

  @Option(
      names = "--json",
      paramLabel = "OUT",
      description =
          "Also write everything measured to this file; - prints it instead of the tables.")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PeerSettings settings =
        new PeerSettings(new GraphSettings(m, efConstruction), threads, runs, recalls, queries);
    Comparison comparison =
        new Comparison(settings, contenders, Commands.progress(spec.commandLine().getErr()));
    report(comparison.run(dataset.path()));
    return 0;
  }

  private void report(Result result) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean printed = json != null && json.toString().equals("-");
    if (!printed) {
      new PeerTable(result, out).print();
    }
    if (json != null) {
      String text =
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(PeerJson.of(result)) + "\n";
      if (printed) {
        out.print(text);
      } else {
        Files.writeString(json, text);
      }
    }
  }
}
