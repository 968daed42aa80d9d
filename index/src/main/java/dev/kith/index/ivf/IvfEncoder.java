package dev.kith.index.ivf;

import dev.kith.index.Metric;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.BlockEncoder;
import dev.kith.index.codec.OrthogonalRotation;
import dev.kith.index.codec.ProductEncoder;
import dev.kith.index.codec.ProductRows;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Codes the entries of all lists, the same bytes with any number of threads.
public final class IvfEncoder {

  /// Blocks that a thread codes at a time: short enough for one who waits to cancel.
  private static final int CHUNK = 16;

  private final VectorRows centroids;
  private final int[] starts;
  private final int[] firstBlocks;
  private final VectorRows rows;
  private final int[] sources;

  /// @param sources for every position which of `rows` is there
  public IvfEncoder(Partition partition, Spill spill, VectorRows rows, int[] sources) {
    this.centroids = partition.centroids();
    this.starts = spill.entryStarts(partition.starts());
    this.firstBlocks = ListCodes.firstBlocks(starts);
    this.rows = rows;
    this.sources =
        spill.size() == 0
            ? sources
            : IntStream.of(spill.entries(partition.starts())).map(i -> sources[i]).toArray();
  }

  /// Number of entries.
  public int entries() {
    return sources.length;
  }

  /// Bytes that the blocks take.
  public long bytes(BlockCode code) {
    return firstBlocks[firstBlocks.length - 1] * FastScan.blockBytes(code.lookups());
  }

  /// Codes all rows.
  ///
  /// @param target takes the codes
  /// @param threads with the calling one
  /// @throws InterruptedException if the calling thread is interrupted
  public void write(ListCodes.Relative target, int threads, Partition.Progress progress)
      throws InterruptedException {
    int all = firstBlocks[firstBlocks.length - 1];
    try (Arena arena = Arena.ofShared()) {
      Packed packed = new Packed(target, arena);
      try (OrderedWork<Place> workers =
          new OrderedWork<>(threads, () -> new Place(target, packed, arena))) {
        workers.run(all, CHUNK, Place::write, done -> progress.done((double) done / all));
      }
    }
  }

  /// What threads share: matrices that rows are multiplied with.
  ///
  /// @param rotation if there is one that is a matrix
  /// @param words of rows of words
  private record Packed(@Nullable Columns rotation, ProductEncoder.@Nullable PackedWords words) {
    Packed(ListCodes.Relative target, Arena arena) {
      this(
          target.rotation().orElse(null) instanceof OrthogonalRotation matrix
              ? matrix.columns(arena)
              : null,
          target instanceof ListCodes.Words(ProductRows coded, _)
              ? new ProductEncoder.PackedWords(coded.quantizer(), arena)
              : null);
    }
  }

  /// What a thread needs.
  private final class Place {
    private final ListCodes.Relative target;
    private final @Nullable Columns rotation;
    private final Writer writer;
    private final float[] vector;
    private final MemorySegment prepared;
    private final float[] rotated;
    private final RowProducts products = new RowProducts();

    Place(ListCodes.Relative target, Packed packed, Arena arena) {
      this.target = target;
      this.rotation = packed.rotation;
      this.writer = writer(target, packed, arena);
      this.vector = new float[target.dimension()];
      this.prepared = arena.allocate((long) FastScan.BLOCK * vector.length * Float.BYTES, 64);
      this.rotated = new float[rotation == null ? 0 : FastScan.BLOCK * rows.space().dimension()];
    }

    void write(int from, int to) {
      int list = -1;
      for (int block = from; block < to; block++) {
        if (list < 0 || block >= firstBlocks[list + 1]) {
          list = Partition.listOf(firstBlocks, block);
          prepare(centroids, list);
          writer.setCentre(vector);
        }
        int entry = starts[list] + (block - firstBlocks[list]) * FastScan.BLOCK;
        int count = Math.min(FastScan.BLOCK, starts[list + 1] - entry);
        prepareRows(entry, count);
        writer.write(prepared, count, block, entry);
      }
    }

    private void prepareRows(int entry, int count) {
      long bytes = (long) vector.length * Float.BYTES;
      if (rotation == null) {
        for (int k = 0; k < count; k++) {
          prepare(rows, sources[entry + k]);
          MemorySegment.copy(vector, 0, prepared, Points.FLOAT, k * bytes, vector.length);
        }
        return;
      }
      // Many at a time, because the matrix may be larger than the cache.
      int dimension = rows.space().dimension();
      Points points = new Points(rows.segment(), 0, rows.stride(), dimension);
      products.products(rotation, points, sources, entry, entry + count, rotated);
      for (int k = 0; k < count; k++) {
        MemorySegment.copy(rotated, k * dimension, prepared, Points.FLOAT, k * bytes, dimension);
      }
    }

    private void prepare(VectorRows from, int ordinal) {
      target.prepare(rows.space(), from.segment(), from.offset(ordinal), vector);
    }
  }

  private Writer writer(ListCodes.Relative target, Packed packed, Arena arena) {
    Metric metric = rows.space().metric();
    return switch (target) {
      case ListCodes.Blocks blocks ->
          new BlockWriter(
              blocks,
              new BlockEncoder(blocks.code(), metric),
              IntStream.range(0, FastScan.BLOCK).toArray());
      case ListCodes.Words(ProductRows coded, _) ->
          new WordWriter(
              new ProductEncoder(
                  coded, Objects.requireNonNull(packed.words), metric, FastScan.BLOCK, arena));
    };
  }

  /// Writes prepared rows of one list, up to 32 at a time.
  private sealed interface Writer {

    void setCentre(float[] prepared);

    /// @param block which one they are
    /// @param entry the first of them
    void write(MemorySegment prepared, int count, int block, int entry);
  }

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record BlockWriter(ListCodes.Blocks target, BlockEncoder encoder, int[] ordinals)
      implements Writer {

    @Override
    public void setCentre(float[] prepared) {
      encoder.setCentre(prepared);
    }

    @Override
    public void write(MemorySegment prepared, int count, int block, int entry) {
      long at = block * target.blockBytes();
      encoder.write(prepared, ordinals, 0, count, target.blocks(), at);
    }
  }

  private record WordWriter(ProductEncoder encoder) implements Writer {

    @Override
    public void setCentre(float[] prepared) {
      encoder.setCentre(prepared);
    }

    @Override
    public void write(MemorySegment prepared, int count, int block, int entry) {
      encoder.write(prepared, count, entry);
    }
  }
}
