package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Vectors of one segment, a signed byte a coordinate, in contiguous off-heap memory.
///
/// A row has a scale of its own, which makes its largest coordinate 127: measured against one scale
/// for all rows, by quantiles or by the largest coordinate of all, it halves the error of an inner
/// product on GloVe and takes a quarter to a half off it on WordNet definitions. There the first 12
/// of the estimated neighbours hold all of the true first 10, but for 5 in 10,000.
///
/// A row starts on a multiple of 64 bytes and takes `dimension + 8` bytes, rounded up to one: the
/// codes, zeros, and at the end two little-endian floats:
///
/// - the *factor*: with `r` the vector and `c` its codes, `|r|² / <r, c>`, so that the inner
///   product of a row with itself is estimated without an error. Zero for the zero vector.
/// - the *squared norm* of the vector
///
/// Borrows its memory. A row is read by any thread that learnt of its ordinal through a
/// synchronising action, and must not be set while another thread may read it.
public final class Int8Rows implements SegmentCodes.EachForItself {

  /// The largest code; the least is its opposite.
  static final int MAX_CODE = 127;

  /// Bytes behind the codes.
  static final long TRAILER = 2 * Float.BYTES;

  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorSpace space;
  private final MemorySegment segment;
  private final int capacity;
  private final long stride;

  private Int8Rows(VectorSpace space, MemorySegment segment, int capacity) {
    this.space = space;
    this.segment = segment;
    this.capacity = capacity;
    this.stride = strideBytes(space);
  }

  /// Reserves room for `capacity` rows, all zero.
  ///
  /// @param capacity rows, at least 1
  /// @param arena frees the memory when it closes
  public static Int8Rows reserve(VectorSpace space, int capacity, Arena arena) {
    Require.inRange("capacity", capacity, 1, Integer.MAX_VALUE);
    return new Int8Rows(space, OffHeap.reserve(strideBytes(space) * capacity, arena), capacity);
  }

  /// Reads `count` rows in the layout of [#segment()].
  ///
  /// @param mapped the rows and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the length or the address does not fit
  public static Int8Rows map(VectorSpace space, MemorySegment mapped, int count) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    CodedRows.requireFit(mapped, count, count * strideBytes(space), space);
    return new Int8Rows(space, mapped, count);
  }

  /// Bytes of a row.
  public static long strideBytes(VectorSpace space) {
    return VectorRows.aligned(space.dimension() + TRAILER);
  }

  @Override
  public void set(int ordinal, VectorRows source, int sourceOrdinal) {
    CodedRows.requireSameSpace(space, source.space());
    Objects.checkIndex(ordinal, capacity);
    Objects.checkIndex(sourceOrdinal, source.capacity());
    long at = offset(ordinal);
    Int8Encoder encoder = new Int8Encoder();
    encoder.encode(source.segment(), source.offset(sourceOrdinal), space.dimension(), segment, at);
    segment.set(FLOAT, at + stride - TRAILER, encoder.factor);
    segment.set(FLOAT, at + stride - TRAILER + Float.BYTES, encoder.squaredNorm);
  }

  /// All rows, borrowed.
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public VectorSpace space() {
    return space;
  }

  @Override
  public MemorySegment stored() {
    return segment;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  /// Bytes from one row to the next.
  public long stride() {
    return stride;
  }

  /// Where a row starts in [#segment()], in bytes. Not checked.
  public long offset(int ordinal) {
    return ordinal * stride;
  }
}
