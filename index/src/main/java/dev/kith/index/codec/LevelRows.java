package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.LevelKernel;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// Vectors of one segment, two to eight bits a coordinate, in contiguous off-heap memory.
///
/// RaBitQ with more bits (Gao, Gou, Xu, Yang, Long and Wong, *Practical and Asymptotically Optimal
/// Quantization of High-Dimensional Vectors in Euclidean Space for Approximate Nearest Neighbor
/// Search*, SIGMOD 2025): as [RabitqRows], but the rotated difference `o` from the *centre*, the
/// mean of all rows, is replaced by the grid point `g` whose direction is nearest to it
/// ([LevelEncoder]). Zeros make the difference up to a multiple of 64 coordinates.
///
/// First comes the centre as a row of [VectorRows], then the rows. A row takes `bits / 8` bytes a
/// coordinate and 16, rounded up to a multiple of 32: the levels as [LevelKernel] reads them,
/// zeros, and at the end four little-endian floats:
///
/// - the *factor* `|o|² / <g, o>`, by which an inner product with `g` is multiplied to estimate one
///   with `o`. Zero for a row that is the centre.
/// - the *rest* of a score, which needs no estimate: `<r - c, c>`, and `|r - c|²` under EUCLIDEAN
/// - the *reach* `|o| / cos`, with `cos` the cosine of `o` and `g`
/// - the *deviation* `|o| sqrt((1 - cos²) / cos² / (D - 1))` of an estimate for a query of length
///   one, with `D` the coordinates of `g`
///
/// Borrows its memory. See [SegmentCodes] for threads.
public final class LevelRows implements SegmentCodes.EachForItself {

  /// Bytes behind the levels.
  static final long TRAILER = 4 * Float.BYTES;

  private static final ValueLayout.OfFloat FLOAT = Centre.FLOAT;
  private static final long ROW_ALIGNMENT = 32;

  private final VectorSpace space;
  private final int bits;
  private final Centre centre;
  private final MemorySegment stored;
  private final MemorySegment segment;
  private final int capacity;
  private final long stride;

  private LevelRows(VectorSpace space, int bits, long seed, MemorySegment stored, int capacity) {
    this.space = space;
    this.bits = bits;
    this.centre = new Centre(space, stored, coordinates(space), seed);
    this.stored = stored;
    this.capacity = capacity;
    this.stride = strideBytes(space, bits);
    this.segment = stored.asSlice(VectorRows.strideBytes(space), stride * capacity);
  }

  /// Reserves room for as many rows as there are sources, all zero, around the mean of those.
  ///
  /// @param bits a coordinate, in `[2, 8]`
  /// @param sources ordinals in `rows`
  /// @param seed of the rotation
  /// @param arena frees the memory when it closes
  public static LevelRows reserve(
      VectorRows rows, int bits, int[] sources, long seed, Arena arena) {
    VectorSpace space = rows.space();
    int capacity = Math.max(1, sources.length);
    MemorySegment stored = OffHeap.reserve(bytes(space, bits, capacity), arena);
    Centre.storeMean(rows, sources, stored);
    return new LevelRows(space, bits, seed, stored, capacity);
  }

  /// Reads the centre and `count` rows from where [#stored()] was kept.
  ///
  /// @param bits a coordinate, in `[2, 8]`
  /// @param mapped these and nothing else, 64-byte aligned
  /// @param seed with which they were encoded
  /// @throws IllegalArgumentException if the length or the address does not fit
  public static LevelRows map(
      VectorSpace space, int bits, MemorySegment mapped, int count, long seed) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    CodedRows.requireFit(mapped, count, bytes(space, bits, count), space);
    return new LevelRows(space, bits, seed, mapped, count);
  }

  /// Bytes of the centre and `count` rows.
  public static long bytes(VectorSpace space, int bits, int count) {
    return VectorRows.strideBytes(space) + count * strideBytes(space, bits);
  }

  /// Bytes of a row.
  ///
  /// @param bits a coordinate, in `[2, 8]`
  public static long strideBytes(VectorSpace space, int bits) {
    Require.inRange("bits", bits, 2, Codec.MAX_BITS);
    long bytes = (long) chunks(space) * Long.BYTES * bits + TRAILER;
    return (bytes + ROW_ALIGNMENT - 1) & -ROW_ALIGNMENT;
  }

  /// Chunks of levels of a row.
  static int chunks(VectorSpace space) {
    return Math.ceilDiv(space.dimension(), LevelKernel.CHUNK);
  }

  /// Coordinates of a difference, with the zeros behind it.
  static int coordinates(VectorSpace space) {
    return chunks(space) * LevelKernel.CHUNK;
  }

  @Override
  public void set(int ordinal, VectorRows source, int sourceOrdinal) {
    CodedRows.requireSameSpace(space, source.space());
    Objects.checkIndex(ordinal, capacity);
    Objects.checkIndex(sourceOrdinal, source.capacity());
    float[] difference = new float[coordinates(space)];
    centre.subtractFrom(source.segment(), source.offset(sourceOrdinal), difference);
    double squares = Centre.squaredLength(difference);
    double rest = centre.restOfRow(difference);
    centre.rotate(difference);
    LevelEncoder encoder = new LevelEncoder(bits);
    byte[] levels = encoder.encode(difference, Math.sqrt(squares / difference.length));
    long at = offset(ordinal);
    segment.asSlice(at, stride).fill((byte) 0);
    LevelKernel.pack(levels, bits, segment, at);
    double factor = encoder.product() == 0 ? 0 : squares / encoder.product();
    double reach = factor * Math.sqrt(encoder.squaredLength());
    double missed = Math.max(0, reach * reach - squares) / (difference.length - 1);
    long trailer = at + stride - TRAILER;
    segment.set(FLOAT, trailer, (float) factor);
    segment.set(FLOAT, trailer + 4, (float) rest);
    segment.set(FLOAT, trailer + 8, (float) reach);
    segment.set(FLOAT, trailer + 12, (float) Math.sqrt(missed));
  }

  /// Bits a coordinate.
  public int bits() {
    return bits;
  }

  /// The grid coordinate that level 0 stands for, the other way round.
  float middle() {
    return LevelEncoder.middle(bits);
  }

  /// The centre, and how differences from it are rotated.
  Centre centre() {
    return centre;
  }

  /// The rows without the centre, borrowed.
  public MemorySegment segment() {
    return segment;
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

  /// Bytes from one row to the next.
  public long stride() {
    return stride;
  }

  /// Where a row starts in [#segment()], in bytes. Not checked.
  public long offset(int ordinal) {
    return ordinal * stride;
  }
}
