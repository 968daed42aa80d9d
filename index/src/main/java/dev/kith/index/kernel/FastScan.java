package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Estimates the scores of 32 coded vectors at a time, by table lookups that stay in registers.
/// Stateless and thread-safe.
///
/// The *fast scan* of André, Kermarrec and Le Scouarnec (*Cache locality is not enough:
/// High-performance nearest neighbor search with product quantization fast scan*, VLDB 2015): a
/// byte shuffle looks 16 codes of 4 bits up in a table of 16 bytes with one instruction.
///
/// ## A block
///
/// 32 vectors of `lookups` codes each, little-endian, [#blockBytes] long:
///
/// - the *addend* and the *factor* of each vector: 32 floats and 32 floats, or 32 ints with both
///   (see [FactorFormat])
/// - 16 bytes a lookup: one code of each vector, four bits. Vector `k` is in group `g = k / 8`: its
///   code is in byte `2 * (k % 8) + g % 2`, in the low half if `g < 2`. So the sums leave the
///   registers in the order of the vectors.
///
/// The estimate of vector `k` is `base + addend[k] + factor[k] * (scale * sum[k] + bias)`, where
/// `sum[k]` adds up what the table holds for its codes.
public sealed interface FastScan permits ScalarFastScan, SimdFastScan {

  /// Vectors in a block.
  int BLOCK = 32;

  /// Largest entry of a table. Four of them still fit in a byte, so four lookups are added up
  /// before they are widened: an entry may be larger where those of the other three are smaller.
  int MAX_ENTRY = 63;

  /// Most lookups a vector: their sum must fit in 16 bits.
  int MAX_LOOKUPS = 65_535 / MAX_ENTRY / 4 * 4;

  /// Returns the fastest one for this process: see [VectorKernel#best()].
  static FastScan best() {
    return KernelChoice.FAST_SCAN;
  }

  /// Returns the one that defines what the right results are.
  static FastScan scalar() {
    return ScalarFastScan.INSTANCE;
  }

  /// Bytes before the codes of a block.
  static long factorsBytes(FactorFormat format) {
    return (long) BLOCK * format.bytes();
  }

  /// Bytes of a block.
  static long blockBytes(FactorFormat format, int lookups) {
    return factorsBytes(format) + (long) lookups * BLOCK / 2;
  }

  /// Byte of a block, counted from the first code, that holds the code of vector `k` for the first
  /// lookup; those for the next are 16 bytes further each.
  static int codeByte(int k) {
    return 2 * (k & 7) + (k >> 3 & 1);
  }

  /// Whether the code of vector `k` is in the high half of its byte.
  static boolean isHigh(int k) {
    return k >= BLOCK / 2;
  }

  /// Estimates the scores of a block.
  ///
  /// @param table what codes stand for, for one query
  /// @param format of the block
  /// @param blocks holds the block
  /// @param offset where it starts, in bytes
  /// @param base added to every estimate
  /// @param floor estimates that do not exceed it are of no interest
  /// @param estimates takes the 32 estimates
  /// @return bit `k` is set if estimate `k` is larger than `floor`
  /// @throws IndexOutOfBoundsException if the block does not lie inside the segment, or there is no
  ///   room for the estimates
  int estimate(
      LookupTable table,
      FactorFormat format,
      MemorySegment blocks,
      long offset,
      float base,
      float floor,
      float[] estimates);
}
