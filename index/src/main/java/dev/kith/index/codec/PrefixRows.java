package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.DoubleAccumulator;

/// Prefixes of the vectors of one segment ([Projection]), in contiguous off-heap memory, at several
/// *widths*: a search compares many rows at a narrow one and few at a wide one (AdANNS; Rege et
/// al., *AdANNS: A framework for adaptive semantic search*, NeurIPS 2023).
///
/// The coordinates from one width to the next lie together for all rows, so that a narrow scan
/// reads nothing else. First come 64 bytes, of which the first four are a float, the norm of the
/// longest row; then for every width, each part beginning on a multiple of 64 bytes:
///
/// - a float a row, its *tail*: the norm of what of the vector is not in the prefix, or a little
///   more, never less
/// - under COSINE a float a row, one divided by the norm of its prefix; zero if that is zero
/// - the coordinates of every row that are in no narrower prefix
///
/// Borrows its memory. See [SegmentCodes] for threads.
public final class PrefixRows implements SegmentCodes {

  /// Most widths.
  public static final int MAX_WIDTHS = 12;

  private static final long HEADER_BYTES = 64;

  private final VectorSpace space;
  private final Projection projection;
  private final MemorySegment stored;
  private final int capacity;
  private final Level[] levels;

  /// What there is of one width.
  ///
  /// @param from coordinates of the next narrower prefix
  /// @param width coordinates of this one
  /// @param inverses empty unless cosines are compared
  /// @param coordinates those from `from` on
  record Level(
      int from,
      int width,
      MemorySegment tails,
      Optional<MemorySegment> inverses,
      MemorySegment coordinates) {

    /// Coordinates of a row here.
    int count() {
      return width - from;
    }

    /// Bytes from one row to the next.
    long stride() {
      return (long) count() * Float.BYTES;
    }
  }

  private PrefixRows(
      VectorSpace space, Projection projection, int[] widths, MemorySegment stored, int capacity) {
    this.space = space;
    this.projection = projection;
    this.stored = stored;
    this.capacity = capacity;
    this.levels = new Level[widths.length];
    long ofNumbers = VectorRows.aligned((long) capacity * Float.BYTES);
    boolean cosine = space.metric() == Metric.COSINE;
    long at = HEADER_BYTES;
    int from = 0;
    for (int i = 0; i < widths.length; i++) {
      MemorySegment tails = stored.asSlice(at, ofNumbers);
      at += ofNumbers;
      Optional<MemorySegment> inverses = Optional.empty();
      if (cosine) {
        inverses = Optional.of(stored.asSlice(at, ofNumbers));
        at += ofNumbers;
      }
      long bytes = blockBytes(widths[i] - from, capacity);
      levels[i] = new Level(from, widths[i], tails, inverses, stored.asSlice(at, bytes));
      at += bytes;
      from = widths[i];
    }
  }

  /// Makes the prefixes of rows: the same with any number of threads.
  ///
  /// @param projection what makes them, as wide as the widest
  /// @param sources ordinals in `rows`, in the order of the prefixes to make
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the prefixes when it closes
  /// @throws InterruptedException if the calling thread is interrupted
  public static PrefixRows encode(
      Codec.Prefix codec,
      Projection projection,
      VectorRows rows,
      int[] sources,
      int threads,
      Arena arena,
      Progress progress)
      throws InterruptedException {
    VectorSpace space = rows.space();
    int[] widths = widths(codec, space);
    int capacity = Math.max(1, sources.length);
    MemorySegment stored = OffHeap.reserve(bytes(space, widths, capacity), arena);
    PrefixRows prefixes = new PrefixRows(space, projection, widths, stored, capacity);
    prefixes.write(rows, sources, threads, progress);
    return prefixes;
  }

  /// Reads the prefixes of `count` rows from where [#stored()] was kept.
  ///
  /// @param projection with which they were made
  /// @param mapped these and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the length or the address does not fit, or what makes
  ///   prefixes is of other dimensions or widths
  public static PrefixRows map(
      Codec.Prefix codec,
      VectorSpace space,
      Projection projection,
      MemorySegment mapped,
      int count) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    int[] widths = widths(codec, space);
    int widest = widths[widths.length - 1];
    Require.inRange("width", projection.width(), widest, widest);
    Require.inRange("dimension", projection.dimension(), space.dimension(), space.dimension());
    CodedRows.requireFit(mapped, count, bytes(space, widths, count), space);
    return new PrefixRows(space, projection, widths, mapped, count);
  }

  /// Bytes of the prefixes of `count` rows.
  static long bytes(Codec.Prefix codec, VectorSpace space, int count) {
    return bytes(space, widths(codec, space), count);
  }

  private static long bytes(VectorSpace space, int[] widths, int count) {
    long ofNumbers = VectorRows.aligned((long) count * Float.BYTES);
    long numbers = space.metric() == Metric.COSINE ? 2 * ofNumbers : ofNumbers;
    long bytes = HEADER_BYTES;
    int from = 0;
    for (int width : widths) {
      bytes += numbers + blockBytes(width - from, count);
      from = width;
    }
    return bytes;
  }

  private static long blockBytes(int coordinates, int count) {
    return VectorRows.aligned((long) coordinates * Float.BYTES * count);
  }

  private static int[] widths(Codec.Prefix codec, VectorSpace space) {
    return codec.widthsOf(space).stream().mapToInt(Integer::intValue).toArray();
  }

  private void write(VectorRows source, int[] sources, int threads, Progress progress)
      throws InterruptedException {
    Points points = new Points(source.segment(), 0, source.stride(), space.dimension());
    DoubleAccumulator longest = new DoubleAccumulator(Math::max, 0);
    new PrefixMaker(projection, source, sources, threads)
        .make(
            (row, prefixes, at) -> {
              double squares = points.squaredLength(sources[row]);
              longest.accumulate(squares);
              write(row, squares, prefixes, at);
            },
            () -> progress.encoded(0));
    stored.set(Points.FLOAT, 0, Math.nextUp((float) Math.sqrt(longest.get())));
    progress.encoded(sources.length);
  }

  /// @param squares of the coordinates of the vector
  private void write(int row, double squares, float[] prefixes, int at) {
    double ofPrefix = 0;
    for (Level level : levels) {
      for (int i = at + level.from; i < at + level.width; i++) {
        ofPrefix += (double) prefixes[i] * prefixes[i];
      }
      level.tails.setAtIndex(Points.FLOAT, row, tail(projection, squares, ofPrefix));
      if (level.inverses.isPresent()) {
        level.inverses.get().setAtIndex(Points.FLOAT, row, inverse(ofPrefix));
      }
      MemorySegment.copy(
          prefixes,
          at + level.from,
          level.coordinates,
          Points.FLOAT,
          row * level.stride(),
          level.count());
    }
  }

  /// The norm of what is not in a prefix, and what rounding may have taken of it.
  ///
  /// @param squares of the coordinates of the vector
  /// @param ofPrefix of those of the prefix
  static float tail(Projection projection, double squares, double ofPrefix) {
    double lost = rounding(projection) * squares;
    return Math.nextUp((float) Math.sqrt(Math.max(0, squares - ofPrefix) + lost));
  }

  /// What squares of coordinates along axes may be off by, in terms of the squares of the vector:
  /// the products that make them are summed in floats, sixteen sums or more side by side.
  static double rounding(Projection projection) {
    return projection.hasAxes() ? 1e-5 * Math.max(1, projection.dimension() / 1024.0) : 1e-12;
  }

  static float inverse(double squares) {
    return squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
  }

  /// Coordinates of the prefixes, ascending.
  public List<Integer> widths() {
    return Arrays.stream(levels).map(Level::width).toList();
  }

  /// What makes the prefix of a query.
  public Projection projection() {
    return projection;
  }

  /// Whether other prefixes of a query are the same.
  boolean isMadeAs(PrefixRows others) {
    if (projection != others.projection || levels.length != others.levels.length) {
      return false;
    }
    for (int i = 0; i < levels.length; i++) {
      if (levels[i].width != others.levels[i].width) {
        return false;
      }
    }
    return true;
  }

  /// What there is of the widths, the narrowest first; borrowed.
  Level[] levels() {
    return levels;
  }

  /// The least width that is not less than asked for, or the widest, by its place among them.
  int levelOf(int width) {
    for (int i = 0; i < levels.length; i++) {
      if (levels[i].width >= width) {
        return i;
      }
    }
    return levels.length - 1;
  }

  /// The least width that is not less than asked for, or the widest.
  public int widthFor(int width) {
    return levels[levelOf(width)].width;
  }

  /// The norm of the longest row, or a little more.
  float longest() {
    return stored.get(Points.FLOAT, 0);
  }

  @Override
  public MemorySegment stored() {
    return stored;
  }

  @Override
  public VectorSpace space() {
    return space;
  }

  @Override
  public int capacity() {
    return capacity;
  }
}
