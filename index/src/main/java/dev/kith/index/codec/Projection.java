package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What makes a prefix of a vector: its first coordinates, or those along some orthonormal *axes*.
/// The inner product of two prefixes, and the squared distance between them, then say as much of
/// those of the vectors as the axes hold of these. Immutable and thread-safe.
///
/// Axes are stored one after another in little-endian floats; each starts on a multiple of 64 bytes
/// and ends in zeros. Borrows their memory.
public final class Projection {

  /// Most coordinates of a prefix along axes: they are learnt in time that grows with their square.
  public static final int MAX_AXES = 1024;

  /// Most that an inner product of two axes may differ from what it should be by.
  private static final double TOLERANCE = 1e-4;

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  private final int dimension;
  private final int width;
  private final @Nullable Points axes;

  private Projection(int dimension, int width, @Nullable Points axes) {
    this.dimension = dimension;
    this.width = Require.inRange("width", width, 1, dimension);
    this.axes = axes;
  }

  /// Takes the first coordinates as they are.
  ///
  /// @param dimension coordinates of a vector
  /// @param width coordinates of a prefix, in `[1, dimension]`
  public static Projection asIs(int dimension, int width) {
    return new Projection(dimension, width, null);
  }

  /// Makes what a codec asks for; axes are learnt from rows.
  ///
  /// @param sources which of the rows there are
  /// @param seed of what is drawn to learn from
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the axes when it closes
  /// @param step called now and then; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  static Projection learn(
      Codec.Prefix codec,
      VectorRows rows,
      int[] sources,
      long seed,
      int threads,
      Arena arena,
      Runnable step)
      throws InterruptedException {
    VectorSpace space = rows.space();
    int widest = codec.widthsOf(space).getLast();
    if (codec.basis() == Basis.AS_IS) {
      return asIs(space.dimension(), widest);
    }
    int enough = PrincipalComponents.enough(space.dimension());
    int[] sample =
        sources.length <= enough
            ? sources
            : new SplittableRandom(seed)
                .ints(enough, 0, sources.length)
                .map(i -> sources[i])
                .toArray();
    return PrincipalComponents.train(
        new Points(rows.segment(), 0, rows.stride(), space.dimension()),
        sample,
        space.metric() == Metric.EUCLIDEAN,
        widest,
        seed,
        threads,
        arena,
        step);
  }

  /// Reads axes from where [#stored()] was kept.
  ///
  /// @param dimension coordinates of a vector
  /// @param width axes, in `[1, min(dimension, MAX_AXES)]`
  /// @param axes [#storedBytes] bytes and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the width, the length or the address does not fit, or axes
  ///   are not orthonormal
  public static Projection map(int dimension, int width, MemorySegment axes) {
    Require.inRange("width", width, 1, Math.min(dimension, MAX_AXES));
    if (axes.byteSize() != storedBytes(dimension, width)) {
      throw new IllegalArgumentException(
          "%d axes of %d dimensions take %d bytes, got %d"
              .formatted(width, dimension, storedBytes(dimension, width), axes.byteSize()));
    }
    VectorRows.requireAligned(axes);
    Points points = new Points(axes, 0, strideBytes(dimension), dimension);
    requireOrthonormal(points, width);
    return new Projection(dimension, width, points);
  }

  private static void requireOrthonormal(Points axes, int width) {
    for (int row = 0; row < width; row++) {
      for (int other = 0; other <= row; other++) {
        double expected = row == other ? 1 : 0;
        double product =
            KERNEL.dot(axes.segment(), axes.at(row), axes.segment(), axes.at(other), axes.depth());
        if (!(Math.abs(product - expected) <= TOLERANCE)) {
          throw new IllegalArgumentException(
              "axes must be orthonormal, got %s for the product of axes %d and %d"
                  .formatted(product, row, other));
        }
      }
    }
  }

  /// Bytes that axes take.
  public static long storedBytes(int dimension, int width) {
    return width * strideBytes(dimension);
  }

  private static long strideBytes(int dimension) {
    return VectorRows.aligned((long) dimension * Float.BYTES);
  }

  /// The axes, borrowed: given to [#map], they are this projection again. Empty if there are none.
  public Optional<MemorySegment> stored() {
    return axes == null ? Optional.empty() : Optional.of(axes.segment());
  }

  /// Coordinates of a vector.
  public int dimension() {
    return dimension;
  }

  /// Coordinates of a prefix.
  public int width() {
    return width;
  }

  /// Whether there are axes, which a prefix is not known of before the whole vector is.
  public boolean hasAxes() {
    return axes != null;
  }

  /// Makes some coordinates of the prefix of a vector.
  ///
  /// @param vector its coordinates, little-endian floats
  /// @param prefix takes the coordinates `[from, to)` where they belong
  /// @return the products that this takes
  /// @throws IndexOutOfBoundsException if the vector is too short, or there is no room
  long project(MemorySegment vector, int from, int to, MemorySegment prefix) {
    if (axes == null) {
      long at = (long) from * Float.BYTES;
      MemorySegment.copy(vector, at, prefix, at, (long) (to - from) * Float.BYTES);
      return 0;
    }
    for (int i = from; i < to; i++) {
      float coordinate = KERNEL.dot(vector, 0, axes.segment(), axes.at(i), dimension);
      prefix.set(Points.FLOAT, (long) i * Float.BYTES, coordinate);
    }
    return (long) (to - from) * dimension;
  }

  /// Packs the axes, for [dev.kith.index.kernel.RowProducts] to make many prefixes at once.
  ///
  /// @param arena frees the memory when it closes
  /// @throws IllegalStateException if there are none
  Columns columns(Arena arena) {
    if (axes == null) {
      throw new IllegalStateException("there are no axes");
    }
    Columns columns = new Columns(width, dimension, arena);
    for (int axis = 0; axis < width; axis++) {
      columns.set(axis, 0, axes.segment(), axes.at(axis));
    }
    return columns;
  }

  /// The space of the prefixes of vectors.
  ///
  /// @throws IllegalArgumentException if vectors are not of [#dimension()] coordinates
  VectorSpace prefixes(VectorSpace space) {
    Require.inRange("dimension", space.dimension(), dimension, dimension);
    return new VectorSpace(width, space.metric());
  }
}
