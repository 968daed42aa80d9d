package dev.kith.bench.tool;

import dev.kith.bench.peers.CodesComparison;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kith bench codes`: Kith's codes beside FAISS's.
@Command(
    name = "codes",
    description = {
      "Compares what Kith's codes find by themselves with what FAISS's find, on one data set.",
      "FAISS needs g++, libfaiss-dev and libopenblas-dev; without them, Kith is measured alone."
    },
    footer = {
      "",
      "Every row is scored by its code, and no vector corrects the ten best. A row is",
      "printed as soon as its code was measured. Bytes by vector are what a search of",
      "Kith reads of a row, and what FAISS says of its code. ns a row are of the",
      "searching thread's processor time.",
      "",
      "Codes: kith-f16, kith-bf16, kith-int8, kith-rabitq1 to kith-rabitq8, kith-pq4,",
      "kith-pq8, kith-opq4, kith-opq8; as lists hold them, kith-ivf-rabitq1,",
      "kith-ivf-rabitq2, kith-ivf-pq4, kith-ivf-pq8, kith-ivf-opq4, kith-ivf-opq8; and",
      "faiss- before anything that its index_factory makes, such as faiss-SQ8.",
      "",
      "OPQ (kith-opq8, kith-ivf-opq4, and such as faiss-OPQ50,PQ50x4fs) takes part only",
      "if it is named: it learns a rotation for minutes, FAISS's up to hours.",
      "",
      "CXXFLAGS may lead g++ to a FAISS that is compiled for this processor.",
      "",
      "Example:",
      "  kith bench codes --dataset data/glove-100 --code kith-ivf-pq8 \\",
      "    --code faiss-PQ25x8"
    })
final class CodesCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--code",
      paramLabel = "NAME",
      description = "Who takes part, in this order (default: all but OPQ). May be repeated.")
  private List<String> codes = new ArrayList<>();

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "500",
      description =
          "Most queries to search for, a random choice that is always the same (default: 500).")
  private int queries;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Training and encoding threads (default: 1). Searches use one.")
  private int threads;

  @Override
  public Integer call() throws IOException, InterruptedException {
    new CodesComparison(
            queries,
            threads,
            codes,
            spec.commandLine().getOut(),
            Commands.progress(spec.commandLine().getErr()))
        .run(dataset.path());
    return 0;
  }
}
