package dev.kith.index.trial;

import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.store.Resource;
import dev.kith.index.work.OrderedWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// One graph of the rows of a sample, and what other indexes it can be sealed as. Not thread-safe.
///
/// Leaves no file behind: an open segment outlives the name of its file.
final class TrialSegments implements Resource {

  /// Rows linked between two steps, a thread.
  private static final int TURN = 32;

  private final TrialSample sample;
  private final Workplace place;
  private final GrowingSegment growing;

  /// @param graph whose links all graphs share
  TrialSegments(TrialSample sample, VectorSpace space, IndexSpec.Hnsw graph, Workplace place) {
    this.sample = sample;
    this.place = place;
    this.growing = GrowingSegment.create(space, graph, sample.rows());
  }

  /// The segment that all others are made from.
  GrowingSegment growing() {
    return growing;
  }

  /// Appends and links rows of the sample until there are so many.
  ///
  /// @throws InterruptedException if the calling thread is interrupted
  void growTo(int rows) throws InterruptedException {
    int more = rows - growing.appended();
    sample.appendTo(growing, rows, place.step());
    try (OrderedWork<HnswScratch> linkers = new OrderedWork<>(place.threads(), HnswScratch::new)) {
      linkers.run(more, TURN, this::link, _ -> place.step().run());
    }
  }

  /// Links as many rows as there are from one to the other, whichever are next.
  private void link(HnswScratch scratch, int from, int to) {
    for (int i = from; i < to; i++) {
      growing.linkNext(scratch);
    }
  }

  /// The rows so far as a sealed segment in memory, which the caller closes.
  ///
  /// @param index one without links, or with those of the graph
  SealedSegment sealed(IndexSpec index) throws IOException {
    Path file = place.folder().resolve("segment");
    try {
      growing.sealAs(index, file, 0, place.threads(), (_, _) -> place.step().run());
      return SealedSegment.open(file, growing.space(), SealedSegment.Residence.IN_MEMORY);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() {
    growing.close();
  }
}
