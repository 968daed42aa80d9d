package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Inner products of a query of signed numbers and rows of *levels*, packed numbers of 2 to 8 bits.
/// Stateless and thread-safe.
///
/// A row is so many *chunks* of 64 levels, a chunk `8 * bits` bytes. Levels of eight bits are bytes
/// in `[-127, 127]`. Others are without a sign and lie in parts of four, two and one bits, those
/// that add up to `bits`, the highest bits of a level in the first:
///
/// | part | bytes | level `i` of a chunk, with `g = i / 16` and `k = i % 16` |
/// |---|---|---|
/// | of four bits | 32 | byte `16 * (g / 2) + k`, from bit `4 * (g % 2)` on |
/// | of two bits | 16 | byte `k`, from bit `2 * g` on |
/// | of one bit | 8 | byte `k % 8`, bit `2 * g + k / 8` |
///
/// so that registers of sixteen levels come out of it by shifts and masks. Sums of counted bits of
/// planes, which need as many bytes, take three to eight times as long from two bits a level on.
///
/// A query is a short in `[-127, 127]` for every level. Any alignment works. At most 1,024 chunks
/// work without overflow.
public sealed interface LevelKernel permits ScalarLevelKernel, SimdLevelKernel {

  /// Levels of a chunk.
  int CHUNK = 64;

  /// Returns the fastest kernel for this process: see [VectorKernel#best()].
  static LevelKernel best() {
    return KernelChoice.LEVELS;
  }

  /// Returns the kernel that defines what the right results are.
  static LevelKernel scalar() {
    return ScalarLevelKernel.INSTANCE;
  }

  /// Returns the inner product of a query and a row.
  ///
  /// @param chunks of the row, at least 1
  /// @param bits a level, in `[2, 8]`
  /// @throws IndexOutOfBoundsException if an operand does not lie inside its segment, before
  ///   anything is read
  /// @throws IllegalArgumentException if there are no chunks, or no such levels
  int dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks, int bits);

  /// Writes a row, over zeros.
  ///
  /// @param levels as many as chunks have, in range
  /// @param bits a level, in `[2, 8]`
  static void pack(byte[] levels, int bits, MemorySegment rows, long offset) {
    for (int i = 0; i < levels.length; i++) {
      long at = offset + (long) (i / CHUNK) * 8 * bits;
      int group = i % CHUNK / 16;
      int lane = i % 16;
      int left = bits;
      if (bits == 8) {
        rows.set(JAVA_BYTE, at + i % CHUNK, levels[i]);
        continue;
      }
      if ((bits & 4) != 0) {
        left -= 4;
        put(rows, at + 16L * (group / 2) + lane, levels[i] >> left & 15, 4 * (group % 2));
        at += 32;
      }
      if ((bits & 2) != 0) {
        left -= 2;
        put(rows, at + lane, levels[i] >> left & 3, 2 * group);
        at += 16;
      }
      if ((bits & 1) != 0) {
        put(rows, at + lane % 8, levels[i] & 1, 2 * group + lane / 8);
      }
    }
  }

  private static void put(MemorySegment rows, long at, int part, int shift) {
    rows.set(JAVA_BYTE, at, (byte) (rows.get(JAVA_BYTE, at) | part << shift));
  }
}
