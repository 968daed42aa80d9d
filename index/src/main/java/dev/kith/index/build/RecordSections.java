package dev.kith.index.build;

import dev.kith.index.hnsw.FastGraphEncoder;
import dev.kith.index.hnsw.FastGraphSource;
import dev.kith.index.store.SectionFileWriter;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/// Writes the sections of a graph in layout FAST, the same bytes with any number of threads.
final class RecordSections {

  /// Rows copied, or at most encoded, by one thread at a time: short enough for one who waits to
  /// cancel.
  private static final int CHUNK_ROWS = 512;

  /// Bytes of records encoded by one thread at a time, if that is more than a record.
  private static final long CHUNK_BYTES = 1 << 20;

  private final FastGraphSource source;
  private final int threads;
  private final IntConsumer progress;
  private final int chunkRows;

  /// @param threads with the calling one
  /// @param progress hears of steps done, of which a row has two; on the calling thread
  RecordSections(FastGraphSource source, int threads, IntConsumer progress) {
    this.source = source;
    this.threads = threads;
    this.progress = progress;
    this.chunkRows = Math.clamp(CHUNK_BYTES / source.recordBytes(), 1, CHUNK_ROWS);
  }

  /// One thread's encoder, and the records it wrote last.
  private record Place(FastGraphEncoder encoder, MemorySegment records) {}

  void write(SectionFileWriter writer) throws IOException {
    try (Arena arena = Arena.ofShared();
        OrderedWork<Place> work = new OrderedWork<>(threads, () -> place(arena))) {
      int size = source.size();
      work.run(
          size,
          CHUNK_ROWS,
          (_, from, to) -> source.prepare(from, to),
          (_, _, to) -> progress.accept(to));
      writer.begin(SealedLayout.RECORDS);
      work.run(
          size,
          chunkRows,
          this::encode,
          (place, from, to) -> {
            writer.append(place.records, 0, (to - from) * source.recordBytes());
            progress.accept(size + to);
          });
      MemorySegment pivots = arena.allocate(source.pivotBytes(), VectorRows.ALIGNMENT);
      new FastGraphEncoder(source).writePivots(pivots);
      writer.begin(SealedLayout.PIVOTS);
      writer.append(pivots);
    }
  }

  private Place place(Arena arena) {
    return new Place(
        new FastGraphEncoder(source),
        arena.allocate(chunkRows * source.recordBytes(), VectorRows.ALIGNMENT));
  }

  private void encode(Place place, int from, int to) {
    for (int node = from; node < to; node++) {
      place.encoder.writeRecord(node, place.records, (node - from) * source.recordBytes());
    }
  }
}
