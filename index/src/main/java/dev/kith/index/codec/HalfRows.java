package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.HalfFormat;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Vectors of one segment, 16 bits a coordinate, in contiguous off-heap memory.
///
/// A row starts on a multiple of 64 bytes and takes `2 * dimension` bytes, the dimension rounded up
/// to a multiple of 16 with zeros, and the whole to one of 64 bytes. The halves of a row are paired
/// as [dev.kith.index.kernel.HalfKernel] wants them. A number is rounded to the nearest, ties to
/// even; one beyond the range of the format becomes the last of that range.
///
/// Borrows its memory. A row is read by any thread that learnt of its ordinal through a
/// synchronising action, and must not be set while another thread may read it.
public final class HalfRows implements SegmentCodes.EachForItself {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorSpace space;
  private final HalfFormat format;
  private final MemorySegment segment;
  private final int capacity;
  private final long stride;

  private HalfRows(VectorSpace space, HalfFormat format, MemorySegment segment, int capacity) {
    this.space = space;
    this.format = format;
    this.segment = segment;
    this.capacity = capacity;
    this.stride = strideBytes(space);
  }

  /// Reserves room for `capacity` rows, all zero.
  ///
  /// @param capacity rows, at least 1
  /// @param arena frees the memory when it closes
  public static HalfRows reserve(VectorSpace space, HalfFormat format, int capacity, Arena arena) {
    Require.inRange("capacity", capacity, 1, Integer.MAX_VALUE);
    MemorySegment segment = OffHeap.reserve(strideBytes(space) * capacity, arena);
    return new HalfRows(space, format, segment, capacity);
  }

  /// Reads `count` rows in the layout of [#segment()].
  ///
  /// @param mapped the rows and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the length or the address does not fit
  public static HalfRows map(
      VectorSpace space, HalfFormat format, MemorySegment mapped, int count) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    CodedRows.requireFit(mapped, count, count * strideBytes(space), space);
    return new HalfRows(space, format, mapped, count);
  }

  /// Bytes of a row, in either format.
  public static long strideBytes(VectorSpace space) {
    return VectorRows.aligned(VectorRows.strideBytes(space) / 2);
  }

  @Override
  public void set(int ordinal, VectorRows source, int sourceOrdinal) {
    CodedRows.requireSameSpace(space, source.space());
    Objects.checkIndex(ordinal, capacity);
    Objects.checkIndex(sourceOrdinal, source.capacity());
    long from = source.offset(sourceOrdinal);
    long to = offset(ordinal);
    int words = paddedDimension() / 2;
    for (int i = 0; i < space.dimension(); i++) {
      float value = source.segment().get(FLOAT, from + (long) i * Float.BYTES);
      int slot = i < words ? 2 * i : 2 * (i - words) + 1;
      segment.set(SHORT, to + (long) slot * Short.BYTES, format.encodeFinite(value));
    }
  }

  /// All rows, borrowed.
  public MemorySegment segment() {
    return segment;
  }

  /// How a coordinate is kept.
  public HalfFormat format() {
    return format;
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

  /// Coordinates that a kernel runs over: as many as of a row of floats.
  public int paddedDimension() {
    return VectorRows.paddedDimension(space);
  }

  /// Where a row starts in [#segment()], in bytes. Not checked.
  public long offset(int ordinal) {
    return ordinal * stride;
  }
}
