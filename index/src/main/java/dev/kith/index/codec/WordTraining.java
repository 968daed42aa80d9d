package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/// Learns words, and how to turn rows before they are replaced by such, from what rows differ by
/// from the centres that they are coded relative to.
///
/// Parts are as long as their words have half bits, so that any codec takes two bits a coordinate,
/// or the fewest coordinates more with which a sum of lookups is not too large.
public final class WordTraining {

  private static final int WORD_ROUNDS = 20;

  /// Differences that a rotation is learnt from, and rounds. On WordNet definitions (384
  /// dimensions, 4 bits) a quarter of the differences leaves 7 % more error and four times as many
  /// 2 % less; half the rounds leave 2 % more, half as many again 1 % less.
  private static final int ENOUGH_FOR_ROTATION = 1 << 14;

  private static final int ROTATION_ROUNDS = 8;

  /// Differences that words of 8 bits are learnt from. Of GloVe-100, 65,536 leave 2 % less error
  /// than 16,384, and take four times as long.
  private static final int ENOUGH_OF_8_BITS = 1 << 15;

  /// Bytes that differences take at most, but for a few; those turned for words of 8 bits as much
  /// again.
  private static final long MOST_BYTES = 256 << 20;

  private static final int FEW = ProductQuantizer.ENOUGH_PER_WORD << 4;

  /// Differences that a thread turns at a time.
  private static final int CHUNK = 512;

  private final VectorRows rows;
  private final int[] sources;
  private final MemorySegment centres;
  private final IntToLongFunction centreOf;

  /// What was learnt.
  ///
  /// @param words of rows, turned if there is a rotation
  /// @param rotation in the memory of the arena that was given
  public record Learnt(ProductQuantizer words, Optional<Rotation> rotation) {}

  /// @param sources for every position which of `rows` is there
  /// @param centres holds their coordinates, little-endian floats
  /// @param centreOf where in `centres` that of a position starts, in bytes
  public WordTraining(
      VectorRows rows, int[] sources, MemorySegment centres, IntToLongFunction centreOf) {
    this.rows = rows;
    this.sources = sources;
    this.centres = centres;
    this.centreOf = centreOf;
  }

  /// Parts of a row, for words of so many bits. Files of [WordRows] rely on it.
  ///
  /// @param bits 4 or 8
  public static int parts(int dimension, int bits) {
    return Math.min(Math.ceilDiv(dimension, bits / 2), FastScan.MAX_LOOKUPS);
  }

  /// Learns what a codec needs.
  ///
  /// @param bits a part, 4 or 8
  /// @param rotated whether rows are turned first
  /// @param seed of the draws
  /// @param threads with the calling one
  /// @param arena frees the rotation when it closes
  /// @param step called now and then; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  public Learnt learn(int bits, boolean rotated, long seed, int threads, Arena arena, Runnable step)
      throws InterruptedException {
    int parts = parts(rows.space().dimension(), bits);
    ProductQuantizer.Params params = new ProductQuantizer.Params(parts, bits, WORD_ROUNDS, seed);
    int[] drawn = draw(size(bits, rotated), seed);
    int[] all = IntStream.range(0, drawn.length).toArray();
    try (Arena scratch = Arena.ofShared()) {
      Points differences = differences(drawn, scratch);
      if (!rotated) {
        return new Learnt(
            ProductQuantizer.train(differences, all, params, threads, step), Optional.empty());
      }
      // Words of 4 bits show which rotation suits parts as well as those of 8, and much sooner.
      RotationTraining.Result result =
          RotationTraining.train(
              differences,
              Arrays.copyOf(all, Math.min(all.length, ENOUGH_FOR_ROTATION)),
              new RotationTraining.Params(
                  new ProductQuantizer.Params(parts, 4, WORD_ROUNDS, seed), ROTATION_ROUNDS),
              threads,
              arena,
              step);
      ProductQuantizer words = result.words();
      if (bits != words.bits()) {
        Points turned = turned(differences, all, result.rotation(), threads, scratch);
        words = ProductQuantizer.train(turned, all, params, threads, step);
      }
      return new Learnt(words, Optional.of(result.rotation()));
    }
  }

  private int size(int bits, boolean rotated) {
    int enough = bits == 4 ? FEW : ENOUGH_OF_8_BITS;
    int wanted = rotated ? Math.max(enough, ENOUGH_FOR_ROTATION) : enough;
    long most = Math.max(FEW, MOST_BYTES / VectorRows.packedBytes(rows.space()));
    return (int) Math.min(Math.min(wanted, most), sources.length);
  }

  private static Points turned(
      Points points, int[] all, OrthogonalRotation rotation, int threads, Arena arena)
      throws InterruptedException {
    int dimension = points.depth();
    MemorySegment target = arena.allocate(all.length * points.stride(), 64);
    Columns matrix = rotation.columns(arena);
    try (OrderedWork<RowProducts> workers = new OrderedWork<>(threads, RowProducts::new)) {
      workers.run(
          all.length,
          CHUNK,
          (worker, from, to) -> {
            float[] products = new float[(to - from) * dimension];
            worker.products(matrix, points, all, from, to, products);
            MemorySegment.copy(
                products, 0, target, Points.FLOAT, from * points.stride(), products.length);
          });
    }
    return new Points(target, 0, points.stride(), dimension);
  }

  /// Positions, drawn with replacement; of no rows one that is not there.
  private int[] draw(int size, long seed) {
    return size == 0
        ? new int[1]
        : new SplittableRandom(seed).ints(size, 0, sources.length).toArray();
  }

  /// What rows differ by from their centres; of no rows a single zero.
  private Points differences(int[] drawn, Arena arena) {
    long stride = VectorRows.packedBytes(rows.space());
    MemorySegment differences = arena.allocate(drawn.length * stride, 64);
    for (int i = 0; i < drawn.length && sources.length > 0; i++) {
      subtract(drawn[i], differences, i * stride);
    }
    return new Points(differences, 0, stride, rows.space().dimension());
  }

  private void subtract(int position, MemorySegment target, long at) {
    long row = rows.offset(sources[position]);
    long centre = centreOf.applyAsLong(position);
    for (long i = 0; i < VectorRows.packedBytes(rows.space()); i += Float.BYTES) {
      float difference =
          rows.segment().get(Points.FLOAT, row + i) - centres.get(Points.FLOAT, centre + i);
      target.set(Points.FLOAT, at + i, difference);
    }
  }
}
