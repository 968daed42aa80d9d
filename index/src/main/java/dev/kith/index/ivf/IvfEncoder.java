package dev.kith.index.ivf;

import dev.kith.index.Metric;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.BlockEncoder;
import dev.kith.index.codec.ProductEncoder;
import dev.kith.index.codec.ProductRows;
import dev.kith.index.codec.RowPreparer;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
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

  private final Partition partition;
  private final int[] starts;
  private final int[] firstBlocks;
  private final VectorRows rows;
  private final int[] sources;

  /// For every entry which of the rows it is.
  private final int[] entries;

  /// @param sources for every position which of `rows` is there
  public IvfEncoder(Partition partition, Spill spill, VectorRows rows, int[] sources) {
    this.partition = partition;
    this.starts = spill.entryStarts(partition.starts());
    this.firstBlocks = ListCodes.firstBlocks(starts);
    this.rows = rows;
    this.sources = sources;
    this.entries =
        spill.size() == 0
            ? sources
            : IntStream.of(spill.entries(partition.starts())).map(i -> sources[i]).toArray();
  }

  /// Number of entries.
  public int entries() {
    return entries.length;
  }

  /// What learns words of the differences of the rows from the centroids of their own lists.
  public WordTraining training() {
    VectorRows centroids = partition.centroids();
    return new WordTraining(
        rows,
        sources,
        centroids.segment(),
        position -> centroids.offset(Partition.listOf(partition.starts(), position)));
  }

  /// Bytes that the blocks take.
  public long bytes(BlockCode code) {
    return firstBlocks[firstBlocks.length - 1]
        * FastScan.blockBytes(FactorFormat.WRITTEN, code.lookups());
  }

  /// Codes all entries.
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
  /// @param words of rows of words
  private record Packed(RowPreparer.Packed rotation, ProductEncoder.@Nullable PackedWords words) {
    Packed(ListCodes.Relative target, Arena arena) {
      this(
          RowPreparer.Packed.of(target.rotation(), arena),
          target instanceof ListCodes.Words(ProductRows coded, _)
              ? new ProductEncoder.PackedWords(coded.quantizer(), arena)
              : null);
    }
  }

  /// What a thread needs.
  private final class Place {
    private final ListCodes.Relative target;
    private final RowPreparer preparer;
    private final Writer writer;
    private final float[] centre;

    Place(ListCodes.Relative target, Packed packed, Arena arena) {
      this.target = target;
      this.preparer =
          new RowPreparer(
              packed.rotation, rows, entries, target.dimension(), FastScan.BLOCK, arena);
      this.writer = writer(target, packed, arena);
      this.centre = new float[target.dimension()];
    }

    void write(int from, int to) {
      int list = -1;
      for (int block = from; block < to; block++) {
        if (list < 0 || block >= firstBlocks[list + 1]) {
          list = Partition.listOf(firstBlocks, block);
          VectorRows centroids = partition.centroids();
          target.prepare(rows.space(), centroids.segment(), centroids.offset(list), centre);
          writer.setCentre(centre);
        }
        int entry = starts[list] + (block - firstBlocks[list]) * FastScan.BLOCK;
        int count = Math.min(FastScan.BLOCK, starts[list + 1] - entry);
        MemorySegment prepared = preparer.prepare(entry, entry + count);
        writer.write(prepared, count, block, entry);
      }
    }
  }

  private Writer writer(ListCodes.Relative target, Packed packed, Arena arena) {
    Metric metric = rows.space().metric();
    return switch (target) {
      case ListCodes.Blocks blocks ->
          new BlockWriter(
              blocks,
              new BlockEncoder(blocks.code(), metric, blocks.format()),
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
