package dev.kith.index.codec;

import java.util.Arrays;
import java.util.Optional;

/// How the rows that a search walks over are encoded.
///
/// Whatever the codec, vectors are kept as floats too: codes say where to look, and what is
/// returned is decided and scored by the floats. `d` is the dimension; a row of codes is rounded up
/// to a multiple of 64 bytes, of [#RABITQ] to one of 32.
public enum Codec {
  /// The coordinates themselves, `4 * d` bytes a row; there are no codes.
  F32(0),

  /// Half precision, `2 * d` bytes a row: see [HalfRows].
  F16(1),

  /// The upper halves of floats, `2 * d` bytes a row: see [HalfRows].
  BF16(2),

  /// A signed byte a coordinate, `d + 8` bytes a row: see [Int8Rows].
  INT8(3),

  /// A bit a coordinate, at least 256 of them, `d / 8 + 12` bytes a row: see [RabitqRows].
  RABITQ(4),

  /// The nearest words of the parts of a row, four bits a part, of two coordinates each: see
  /// [ProductCode]. For inverted files only.
  PQ(5);

  private final int number;

  Codec(int number) {
    this.number = number;
  }

  /// By which files and records know it, for ever.
  public int number() {
    return number;
  }

  /// The codec with a number; empty if there is none.
  public static Optional<Codec> ofNumber(int number) {
    return Arrays.stream(values()).filter(codec -> codec.number == number).findFirst();
  }
}
