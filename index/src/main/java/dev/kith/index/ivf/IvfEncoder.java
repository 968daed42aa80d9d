package dev.kith.index.ivf;

import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.BlockEncoder;
import dev.kith.index.codec.ProductQuantizer;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Codes the rows of all lists in blocks, the same bytes with any number of threads.
public final class IvfEncoder {

  /// Blocks that a thread codes at a time: short enough for one who waits to cancel.
  private static final int CHUNK = 16;

  private static final int WORD_BITS = 4;
  private static final int WORD_ROUNDS = 20;

  private final Partition partition;
  private final int[] firstBlocks;
  private final VectorRows rows;
  private final int[] sources;

  /// @param sources for every position which of `rows` is there
  public IvfEncoder(Partition partition, VectorRows rows, int[] sources) {
    this.partition = partition;
    this.firstBlocks = ListCodes.firstBlocks(partition.starts());
    this.rows = rows;
    this.sources = sources;
  }

  /// Bytes that the blocks take.
  public long bytes(BlockCode code) {
    return firstBlocks[firstBlocks.length - 1] * FastScan.blockBytes(code.lookups());
  }

  /// Learns words of four bits for parts of two coordinates, or the fewest more with which a sum of
  /// lookups is not too large, from what rows differ by from their centroids.
  ///
  /// @param threads with the calling one
  /// @throws InterruptedException if the calling thread is interrupted
  public ProductQuantizer learnWords(long seed, int threads) throws InterruptedException {
    int dimension = rows.space().dimension();
    int parts = Math.min(Math.ceilDiv(dimension, 2), FastScan.MAX_LOOKUPS);
    int wanted = ProductQuantizer.ENOUGH_PER_WORD << WORD_BITS;
    int[] drawn =
        sources.length == 0
            ? new int[1]
            : new SplittableRandom(seed)
                .ints(Math.min(wanted, sources.length), 0, sources.length)
                .toArray();
    try (Arena arena = Arena.ofShared()) {
      long stride = VectorRows.packedBytes(rows.space());
      MemorySegment differences = arena.allocate(drawn.length * stride, 64);
      for (int i = 0; i < drawn.length && sources.length > 0; i++) {
        subtract(drawn[i], differences, i * stride);
      }
      return ProductQuantizer.train(
          new Points(differences, 0, stride, dimension),
          IntStream.range(0, drawn.length).toArray(),
          new ProductQuantizer.Params(parts, WORD_BITS, WORD_ROUNDS, seed),
          threads,
          () -> {});
    }
  }

  private void subtract(int position, MemorySegment target, long at) {
    VectorRows centroids = partition.centroids();
    long row = rows.offset(sources[position]);
    long centroid = centroids.offset(Partition.listOf(partition.starts(), position));
    for (long i = 0; i < VectorRows.packedBytes(rows.space()); i += Float.BYTES) {
      float difference =
          rows.segment().get(ListCodes.Blocks.FLOAT, row + i)
              - centroids.segment().get(ListCodes.Blocks.FLOAT, centroid + i);
      target.set(ListCodes.Blocks.FLOAT, at + i, difference);
    }
  }

  /// Codes all rows.
  ///
  /// @param target takes the blocks
  /// @param threads with the calling one
  /// @throws InterruptedException if the calling thread is interrupted
  public void write(ListCodes.Blocks target, int threads, Partition.Progress progress)
      throws InterruptedException {
    int all = firstBlocks[firstBlocks.length - 1];
    try (Arena arena = Arena.ofShared();
        OrderedWork<Place> workers = new OrderedWork<>(threads, () -> new Place(target, arena))) {
      workers.run(all, CHUNK, Place::write, done -> progress.done((double) done / all));
    }
  }

  /// What a thread needs.
  private final class Place {
    private final ListCodes.Blocks target;
    private final BlockEncoder encoder;
    private final float[] vector;
    private final MemorySegment prepared;
    private final int[] ordinals = IntStream.range(0, FastScan.BLOCK).toArray();

    Place(ListCodes.Blocks target, Arena arena) {
      this.target = target;
      this.encoder = new BlockEncoder(target.code(), rows.space().metric());
      this.vector = new float[target.code().dimension()];
      this.prepared = arena.allocate((long) FastScan.BLOCK * vector.length * Float.BYTES, 64);
    }

    void write(int from, int to) {
      int list = -1;
      for (int block = from; block < to; block++) {
        if (list < 0 || block >= firstBlocks[list + 1]) {
          list = Partition.listOf(firstBlocks, block);
          prepare(partition.centroids(), list);
          encoder.setCentre(vector);
        }
        int position = partition.starts()[list] + (block - firstBlocks[list]) * FastScan.BLOCK;
        int count = Math.min(FastScan.BLOCK, partition.starts()[list + 1] - position);
        for (int k = 0; k < count; k++) {
          prepare(rows, sources[position + k]);
          long at = (long) k * vector.length * Float.BYTES;
          MemorySegment.copy(vector, 0, prepared, ListCodes.Blocks.FLOAT, at, vector.length);
        }
        encoder.write(prepared, ordinals, 0, count, target.blocks(), block * target.blockBytes());
      }
    }

    private void prepare(VectorRows from, int ordinal) {
      target.prepare(rows.space(), from.segment(), from.offset(ordinal), vector);
    }
  }
}
