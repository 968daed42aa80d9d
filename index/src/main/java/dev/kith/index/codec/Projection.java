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
import java.util.List;
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

  /// Pairs of rows that tell what prefixes hold.
  private static final int PAIRS = 512;

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
  public static Projection learn(
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

  /// The narrowest of some prefixes that hold a share of the squared distances between rows.
  ///
  /// @param widths ascending, none above [#width()]
  /// @param sources which of the rows there are
  /// @param seed of the pairs that are drawn
  /// @return the same of fewer coordinates; empty if even the widest prefix holds less
  public Optional<Projection> holding(
      double share, List<Integer> widths, VectorRows rows, int[] sources, long seed) {
    double[] held = new double[widths.size()];
    double all = 0;
    float[] difference = new float[dimension];
    MemorySegment vector = MemorySegment.ofArray(difference);
    MemorySegment prefix = MemorySegment.ofArray(new float[width]);
    SplittableRandom random = new SplittableRandom(seed);
    for (int pair = 0; pair < PAIRS; pair++) {
      long one = rows.offset(sources[random.nextInt(sources.length)]);
      long other = rows.offset(sources[random.nextInt(sources.length)]);
      for (int i = 0; i < dimension; i++) {
        long at = (long) i * Float.BYTES;
        difference[i] =
            rows.segment().get(Points.FLOAT, one + at)
                - rows.segment().get(Points.FLOAT, other + at);
      }
      double squares = new Points(vector, 0, 0, dimension).squaredLength(0);
      if (squares > 0 && squares < Double.POSITIVE_INFINITY) {
        all++;
        project(vector, 0, width, prefix);
        for (int i = 0; i < held.length; i++) {
          held[i] += new Points(prefix, 0, 0, widths.get(i)).squaredLength(0) / squares;
        }
      }
    }
    for (int i = 0; i < held.length; i++) {
      if (held[i] >= share * all) {
        return Optional.of(narrowed(widths.get(i)));
      }
    }
    return Optional.empty();
  }

  /// The same, of fewer coordinates; borrows the axes.
  ///
  /// @param width in `[1, width()]`
  public Projection narrowed(int width) {
    return new Projection(dimension, Require.inRange("width", width, 1, this.width), axes);
  }

  /// Makes the prefixes of rows, as vectors of their own: under COSINE of length one again.
  ///
  /// @param sources ordinals in `rows`, in the order of the prefixes to make
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the prefixes when it closes
  /// @param step called now and then; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  public VectorRows prefixes(
      VectorRows rows, int[] sources, int threads, Arena arena, Runnable step)
      throws InterruptedException {
    VectorSpace space = prefixes(rows.space());
    VectorRows prefixes = VectorRows.reserve(space, Math.max(1, sources.length), arena);
    new PrefixMaker(this, rows, sources, threads)
        .make(
            (row, coordinates, at) -> {
              MemorySegment prefix = MemorySegment.ofArray(coordinates);
              MemorySegment own = prefix.asSlice((long) at * Float.BYTES);
              if (space.metric() == Metric.COSINE) {
                ProjectedCodes.giveDirection(own, space.dimension());
              }
              prefixes.set(row, own, 0);
            },
            step);
    return prefixes;
  }

  /// The space of the prefixes of vectors.
  ///
  /// @throws IllegalArgumentException if vectors are not of [#dimension()] coordinates
  VectorSpace prefixes(VectorSpace space) {
    Require.inRange("dimension", space.dimension(), dimension, dimension);
    return new VectorSpace(width, space.metric());
  }
}
