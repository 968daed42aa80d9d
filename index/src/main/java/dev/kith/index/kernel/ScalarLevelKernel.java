package dev.kith.index.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The definition of [LevelKernel], one level at a time. It also runs where the Vector API is
/// missing.
final class ScalarLevelKernel implements LevelKernel {

  static final ScalarLevelKernel INSTANCE = new ScalarLevelKernel();

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarLevelKernel() {}

  @Override
  public int dot(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      long offset,
      int chunks,
      int bits) {
    Bounds.checkLevels(query, queryOffset, rows, offset, chunks, bits);
    int sum = 0;
    for (int i = 0; i < chunks * CHUNK; i++) {
      sum += query.get(SHORT, queryOffset + 2L * i) * level(rows, offset, i, bits);
    }
    return sum;
  }

  private static int level(MemorySegment rows, long offset, int i, int bits) {
    long at = offset + (long) (i / CHUNK) * 8 * bits;
    if (bits == 8) {
      return rows.get(JAVA_BYTE, at + i % CHUNK);
    }
    int group = i % CHUNK / 16;
    int lane = i % 16;
    int level = 0;
    if ((bits & 4) != 0) {
      level = (rows.get(JAVA_BYTE, at + 16L * (group / 2) + lane) >> (4 * (group % 2))) & 15;
      at += 32;
    }
    if ((bits & 2) != 0) {
      level = (level << 2) | ((rows.get(JAVA_BYTE, at + lane) >> (2 * group)) & 3);
      at += 16;
    }
    if ((bits & 1) != 0) {
      level = (level << 1) | ((rows.get(JAVA_BYTE, at + lane % 8) >> (2 * group + lane / 8)) & 1);
    }
    return level;
  }
}
