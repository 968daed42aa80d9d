package dev.kith.bench.dataset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Vectors of one length, row after row as little-endian floats, in memory or in a mapped file.
///
/// Belongs to whoever opened the arena behind it. Reading is thread-safe.
///
/// @param data `rows * columns * 4` bytes
/// @param rows number of vectors
/// @param columns coordinates of each
public record FloatMatrix(MemorySegment data, int rows, int columns) {

  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public FloatMatrix {
    long expected = (long) rows * columns * Float.BYTES;
    if (rows < 0 || columns < 1 || data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%d rows of %d floats are %d bytes, got %d"
              .formatted(rows, columns, expected, data.byteSize()));
    }
  }

  /// Reserves a matrix of zeros.
  public static FloatMatrix allocate(int rows, int columns, Arena arena) {
    return new FloatMatrix(arena.allocate((long) rows * columns * Float.BYTES, 64), rows, columns);
  }

  /// Byte offset of a row in [#data].
  public long offset(int row) {
    return (long) row * columns * Float.BYTES;
  }

  /// One coordinate.
  public float get(int row, int column) {
    return data.get(FLOAT, offset(row) + (long) column * Float.BYTES);
  }

  /// A copy of one vector.
  public float[] row(int row) {
    float[] values = new float[columns];
    MemorySegment.copy(data, FLOAT, offset(row), values, 0, columns);
    return values;
  }

  /// Overwrites one vector or several that follow one another.
  ///
  /// @param values whole vectors, the first of which goes to `row`
  public void set(int row, float[] values) {
    if (values.length % columns != 0) {
      throw new IllegalArgumentException(
          "expected whole vectors of %d floats, got %d".formatted(columns, values.length));
    }
    MemorySegment.copy(values, 0, data, FLOAT, offset(row), values.length);
  }

  /// The rows of `[from, to)`, sharing memory.
  public FloatMatrix slice(int from, int to) {
    return new FloatMatrix(
        data.asSlice(offset(from), offset(to) - offset(from)), to - from, columns);
  }
}
