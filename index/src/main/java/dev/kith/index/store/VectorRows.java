package dev.kith.index.store;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.UnitLength;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The vectors of one segment as rows of one contiguous piece of off-heap memory, read by ordinal.
///
/// Each row starts on a multiple of 64 bytes and is padded with zeros to the next one, so that a
/// kernel may run over [#paddedDimension()] coordinates: no load splits a cache line, and there is
/// no tail. [#packed] rows follow each other instead, which saves memory where rows are read one
/// after another or seldom. Under [Metric#COSINE] rows have length one, so that an inner product is
/// the cosine; otherwise they are as given.
///
/// Borrows its memory: whoever opened the arena closes it after the last reader. Any thread may
/// read a row that was set before the reader learnt of its ordinal through a synchronising action;
/// a row must not be set while another thread may read it.
public final class VectorRows {

  /// Rows start on multiples of this many bytes: a cache line, and the widest SIMD register.
  public static final int ALIGNMENT = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorSpace space;
  private final MemorySegment segment;
  private final int capacity;
  private final long stride;
  private final int paddedDimension;

  private VectorRows(
      VectorSpace space, MemorySegment segment, int capacity, long stride, int paddedDimension) {
    this.space = space;
    this.segment = segment;
    this.capacity = capacity;
    this.stride = stride;
    this.paddedDimension = paddedDimension;
  }

  private static VectorRows padded(
      VectorSpace space, MemorySegment segment, int capacity, long stride) {
    return new VectorRows(space, segment, capacity, stride, paddedDimension(space));
  }

  /// Reserves room for `capacity` rows, all zero. Memory is committed as rows are set.
  ///
  /// @param capacity rows, at least 1
  /// @param arena frees the memory when it closes
  /// @throws OutOfMemoryError if the address space or the memory is exhausted
  public static VectorRows reserve(VectorSpace space, int capacity, Arena arena) {
    Require.inRange("capacity", capacity, 1, Integer.MAX_VALUE);
    MemorySegment segment = OffHeap.reserve(strideBytes(space) * capacity, arena);
    return padded(space, segment, capacity, strideBytes(space));
  }

  /// Reads `count` rows in the layout of [#segment()], such as a section of a sealed file.
  ///
  /// @param mapped the rows and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the length or the address does not fit
  public static VectorRows map(VectorSpace space, MemorySegment mapped, int count) {
    return map(space, mapped, count, strideBytes(space));
  }

  /// Reads the rows with which `count` records of `recordBytes` begin.
  ///
  /// @param mapped the records and nothing else, 64-byte aligned
  /// @param recordBytes a multiple of 64 with room for a row
  /// @throws IllegalArgumentException if the length, the address or the record does not fit
  public static VectorRows map(
      VectorSpace space, MemorySegment mapped, int count, long recordBytes) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    if (recordBytes < strideBytes(space) || recordBytes % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "a record takes a multiple of %d bytes, and a row of %d dimensions %d of them; got %d"
              .formatted(ALIGNMENT, space.dimension(), strideBytes(space), recordBytes));
    }
    long expected = recordBytes * count;
    if (mapped.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%d rows of %d dimensions take %d bytes, got %d"
              .formatted(count, space.dimension(), expected, mapped.byteSize()));
    }
    requireAligned(mapped);
    return padded(space, mapped, count, recordBytes);
  }

  /// Reads `count` rows without anything between them, `4 * dimension` bytes each.
  ///
  /// @param mapped the rows and nothing else
  /// @throws IllegalArgumentException if the length does not fit
  public static VectorRows packed(VectorSpace space, MemorySegment mapped, int count) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    long expected = packedBytes(space) * count;
    if (mapped.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%d packed rows of %d dimensions take %d bytes, got %d"
              .formatted(count, space.dimension(), expected, mapped.byteSize()));
    }
    return new VectorRows(space, mapped, count, packedBytes(space), space.dimension());
  }

  /// Refuses memory in which no row may start.
  ///
  /// @throws IllegalArgumentException if its address is not a multiple of 64
  public static void requireAligned(MemorySegment mapped) {
    if (mapped.address() % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "rows must start on a multiple of %d bytes, got address %x"
              .formatted(ALIGNMENT, mapped.address()));
    }
  }

  /// Rounds bytes up to a multiple of 64, at which a row may start.
  public static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /// Bytes of a row: the coordinates rounded up to a multiple of 64 bytes.
  public static long strideBytes(VectorSpace space) {
    return aligned((long) space.dimension() * Float.BYTES);
  }

  /// Coordinates of a row including the zeros that pad it: a multiple of 16.
  public static int paddedDimension(VectorSpace space) {
    return (int) (strideBytes(space) / Float.BYTES);
  }

  /// Bytes of a [#packed] row.
  public static long packedBytes(VectorSpace space) {
    return (long) space.dimension() * Float.BYTES;
  }

  /// Stores a vector, scaled to length one under [Metric#COSINE]. Coordinates must be finite.
  ///
  /// @param source the segment that holds the vector as little-endian floats, at any alignment
  /// @param sourceOffset where it starts, in bytes
  /// @throws IndexOutOfBoundsException if there is no such row or the source is too short
  /// @throws IllegalArgumentException under COSINE, if the vector is zero or not finite; the row is
  ///   unchanged then
  public void set(int ordinal, MemorySegment source, long sourceOffset) {
    Objects.checkIndex(ordinal, capacity);
    if (space.metric() == Metric.COSINE) {
      UnitLength.copy(source, sourceOffset, segment, offset(ordinal), space.dimension());
    } else {
      MemorySegment.copy(source, sourceOffset, segment, offset(ordinal), packedBytes(space));
    }
  }

  /// Stores a vector, as [#set(int, MemorySegment, long)] does.
  ///
  /// @throws IllegalArgumentException if its length is not the dimension of the space
  public void set(int ordinal, float[] vector) {
    Require.inRange("vector length", vector.length, space.dimension(), space.dimension());
    set(ordinal, littleEndian(vector), 0);
  }

  /// Copies a row of `source` bit for bit, without scaling it again.
  ///
  /// @throws IllegalArgumentException if `source` holds vectors of another space
  /// @throws IndexOutOfBoundsException if either row does not exist
  public void copy(int ordinal, VectorRows source, int sourceOrdinal) {
    if (!source.space.equals(space)) {
      throw new IllegalArgumentException(
          "rows of %s expected, got %s".formatted(space, source.space));
    }
    Objects.checkIndex(ordinal, capacity);
    Objects.checkIndex(sourceOrdinal, source.capacity);
    MemorySegment.copy(
        source.segment, source.offset(sourceOrdinal), segment, offset(ordinal), packedBytes(space));
  }

  /// All rows, borrowed: `bytes(capacity())` bytes, little-endian floats.
  public MemorySegment segment() {
    return segment;
  }

  /// Where a row starts in [#segment()], in bytes. Not checked: a kernel checks what it reads.
  public long offset(int ordinal) {
    return ordinal * stride;
  }

  /// Bytes from one row to the next: those of a row, or more where other things lie between.
  public long stride() {
    return stride;
  }

  /// Coordinates per row including the zeros that pad it: a multiple of 16, unless rows are packed.
  public int paddedDimension() {
    return paddedDimension;
  }

  /// Rows there is room for.
  public int capacity() {
    return capacity;
  }

  /// The shape of every vector here.
  public VectorSpace space() {
    return space;
  }

  /// Bytes from the start of the first row to that of row `count`.
  public long bytes(int count) {
    return count * stride;
  }

  private static MemorySegment littleEndian(float[] vector) {
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      return MemorySegment.ofArray(vector);
    }
    MemorySegment bytes = MemorySegment.ofArray(new byte[vector.length * Float.BYTES]);
    MemorySegment.copy(vector, 0, bytes, FLOAT, 0, vector.length);
    return bytes;
  }
}
