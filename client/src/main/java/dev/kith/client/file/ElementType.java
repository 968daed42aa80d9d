package dev.kith.client.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// How one coordinate is written in a file of fixed-size rows. All are little-endian.
enum ElementType {
  F32(4),
  F16(2),
  I32(4),
  U8(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /// Reads `count` coordinates from `source` into `target[at..]`.
  void read(ByteBuffer source, float[] target, int at, int count) {
    assert source.order() == ByteOrder.LITTLE_ENDIAN;
    switch (this) {
      case F32 -> {
        source.asFloatBuffer().get(target, at, count);
        source.position(source.position() + count * Float.BYTES);
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = Float.float16ToFloat(source.getShort());
        }
      }
      case I32 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = source.getInt();
        }
      }
      case U8 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = source.get() & 0xFF;
        }
      }
    }
  }
}
