package dev.kith.bench.peers;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.peers.child.EngineMain;
import dev.kith.bench.run.InProcessTarget;
import dev.kith.bench.run.SegmentKind;
import dev.kith.bench.run.SegmentSearcher;
import dev.kith.bench.run.Target;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// A code of ours, in an index of which a search reads the codes of all rows and scores exactly no
/// more rows than it returns: what it returns is what the codes found.
///
/// @param name how it is called on the command line and in tables
/// @param index a scan, or an inverted file of one list
/// @param probe reads all of it
record KithCode(String name, IndexSpec index, Probe probe) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final OptionalInt RESCORED = OptionalInt.of(EngineMain.K);
  private static final long SEED = 1;

  /// All there are: those that a scan or a graph reads in rows, then those of lists.
  static List<KithCode> all() {
    List<KithCode> all = new ArrayList<>();
    for (Codec codec : List.of(new Codec.F16(), new Codec.Bf16(), new Codec.Int8())) {
      all.add(scanned(codec));
    }
    for (int bits = Codec.MAX_BITS; bits > 0; bits--) {
      all.add(scanned(new Codec.Rabitq(bits)));
    }
    for (int bits = RabitqCode.MAX_BITS; bits > 0; bits--) {
      all.add(listed(new Codec.Rabitq(bits)));
    }
    for (int bits : List.of(8, 4)) {
      for (boolean rotated : List.of(false, true)) {
        all.add(scanned(new Codec.Pq(bits, rotated)));
        all.add(listed(new Codec.Pq(bits, rotated)));
      }
    }
    return all;
  }

  private static KithCode scanned(Codec codec) {
    return new KithCode(
        "kith-" + text(codec), new IndexSpec.Flat(codec), new Probe.Codes(RESCORED));
  }

  private static KithCode listed(Codec codec) {
    return new KithCode(
        "kith-ivf-" + text(codec),
        new IndexSpec.Ivf(new IvfParams(1, SEED), codec),
        new Probe.Lists(new Reach.Until(1), RESCORED));
  }

  private static String text(Codec codec) {
    return codec.name() + (codec.bits() == 0 ? "" : codec.bits());
  }

  /// Encodes all rows and searches for every query, one at a time on this thread.
  ///
  /// @param threads that learn and encode
  CodesComparison.Found measure(Dataset dataset, int threads) throws IOException {
    try (InProcessTarget target =
        new InProcessTarget(dataset, threads, SegmentKind.SEALED_MEMORY)) {
      target.build(index);
      int[][] hits = new int[dataset.queries().rows()][];
      int[] rows = new int[EngineMain.K];
      try (SegmentSearcher searcher =
          target.searcher(new Target.Setting(EngineMain.K, probe, true))) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        for (int query = 0; query < hits.length; query++) {
          int found = searcher.search(query, rows);
          hits[query] = Arrays.copyOf(rows, found);
        }
        cpu = THREADS.getCurrentThreadCpuTime() - cpu;
        double scanned = (double) hits.length * dataset.base().rows();
        return new CodesComparison.Found(searcher.bytesScanned() / scanned, cpu / 1e9, hits);
      }
    }
  }
}
