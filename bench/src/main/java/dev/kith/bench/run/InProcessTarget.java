package dev.kith.bench.run;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.progress.Progress;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.LinkOrder;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.build.SegmentLinking;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Resource;
import java.io.IOException;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// The engine in this process: one segment that holds all base vectors.
public final class InProcessTarget implements Target {
  private final Dataset dataset;
  private final int threads;
  private final SegmentKind kind;
  private @Nullable SegmentReader segment;

  /// Holds what `segment` reads.
  private @Nullable Resource memory;

  /// @param threads threads that link and seal, at least 1
  /// @param kind what is searched once all is linked
  public InProcessTarget(Dataset dataset, int threads, SegmentKind kind) {
    this.dataset = dataset;
    this.threads = threads;
    this.kind = kind;
  }

  @Override
  public Built build(IndexSpec index) throws IOException {
    long start = System.nanoTime();
    int rows = dataset.base().rows();
    GrowingSegment building = BaseRows.grow(dataset, index);
    memory = building;
    if (index instanceof IndexSpec.Hnsw) {
      link(building);
    }
    SegmentReader built =
        switch (kind) {
          case GROWING -> building;
          case SEALED -> seal(building, Residence.MAPPED);
          case SEALED_MEMORY -> seal(building, Residence.IN_MEMORY);
        };
    segment = built;
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Built(seconds, OptionalDouble.of((double) bytes(built) / rows), kind);
  }

  /// Vectors that stay in the file beside codes are none of a graph in memory. Those of lists
  /// count: peers keep them in memory too, and a search reads more of them.
  private static long bytes(SegmentReader built) {
    return built instanceof SealedSegment sealed
            && sealed.copiedBytes() > 0
            && !(sealed.index() instanceof IndexSpec.Ivf)
        ? sealed.copiedBytes()
        : built.bytes();
  }

  private SegmentReader seal(GrowingSegment building, Residence residence) throws IOException {
    TemporarySegment sealed = TemporarySegment.seal(building, threads, residence);
    memory = sealed;
    building.close();
    return sealed.segment();
  }

  private void link(GrowingSegment building) {
    try (Progress progress = Progress.start("Building", building.size(), " vectors")) {
      SegmentLinking.link(building, LinkOrder.NEAR, threads, progress::reach);
    }
  }

  @Override
  public SegmentSearcher searcher(Setting setting) {
    SegmentReader built = segment;
    if (built == null) {
      throw new IllegalStateException("build first");
    }
    return new SegmentSearcher(dataset, built, new SearchPlan(setting.k(), setting.probe()));
  }

  @Override
  public boolean searchesOnTheCallingThread() {
    return true;
  }

  @Override
  public void close() {
    segment = null;
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
