package dev.kith.server.rpc;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.Vector;
import dev.kith.proto.v1.VectorEncoding;
import dev.kith.proto.v1.VectorMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToDoubleFunction;

/// Reads vectors as little-endian f32 memory, without boxing a number and, where they arrive in
/// that form, without copying a byte.
final class VectorMessages {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private VectorMessages() {}

  /// Reads one required vector.
  ///
  /// @param dimension coordinates it must have
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  static MemorySegment vector(String field, Vector vector, int dimension) {
    requireOne(field, vector.getData(), vector.getValuesCount());
    int width = width(field, vector.getEncoding(), vector.getEncodingValue());
    requireSize(field, vector.getData(), vector.getValuesCount(), dimension, width, 1);
    return vector.getData().isEmpty()
        ? widened(dimension, vector::getValues)
        : decoded(vector.getData(), width);
  }

  /// Counts the coordinates of one required vector; not exact, if its bytes are no whole number of
  /// them.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  static long coordinates(String field, Vector vector) {
    requireOne(field, vector.getData(), vector.getValuesCount());
    int width = width(field, vector.getEncoding(), vector.getEncodingValue());
    return vector.getData().isEmpty() ? vector.getValuesCount() : vector.getData().size() / width;
  }

  /// Reads a required matrix.
  ///
  /// @param dimension coordinates a row must have
  /// @param rows rows it must have
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  static MemorySegment matrix(String field, VectorMatrix matrix, int dimension, int rows) {
    requireDimension(field, matrix, dimension);
    requireOne(field, matrix.getData(), matrix.getValuesCount());
    int width = width(field, matrix.getEncoding(), matrix.getEncodingValue());
    requireSize(field, matrix.getData(), matrix.getValuesCount(), dimension, width, rows);
    return matrix.getData().isEmpty()
        ? widened(Math.multiplyExact(rows, dimension), matrix::getValues)
        : decoded(matrix.getData(), width);
  }

  /// Counts the rows of a required matrix that says them by its size alone.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  static int rows(String field, VectorMatrix matrix, int dimension) {
    requireDimension(field, matrix, dimension);
    requireOne(field, matrix.getData(), matrix.getValuesCount());
    int width = width(field, matrix.getEncoding(), matrix.getEncodingValue());
    boolean numbers = matrix.getData().isEmpty();
    int size = numbers ? matrix.getValuesCount() : matrix.getData().size();
    long rowSize = numbers ? dimension : (long) dimension * width;
    if (size % rowSize != 0) {
      throw Fields.invalid(
          field + (numbers ? ".values" : ".data"),
          "must hold whole rows of %d %s, got %d"
              .formatted(rowSize, numbers ? "numbers" : "bytes", size));
    }
    return Math.toIntExact(size / rowSize);
  }

  /// Writes a vector.
  static Vector write(float[] coordinates) {
    ByteBuffer bytes =
        ByteBuffer.allocate(coordinates.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(coordinates);
    return PointMessages.write(bytes.array());
  }

  private static void requireDimension(String field, VectorMatrix matrix, int dimension) {
    if (matrix.getDimension() != dimension) {
      throw Fields.invalid(
          field + ".dimension",
          "must be the collection's, %d, got %s"
              .formatted(dimension, Integer.toUnsignedString(matrix.getDimension())));
    }
  }

  private static void requireOne(String field, ByteString data, int values) {
    if (data.isEmpty() == (values == 0)) {
      throw Fields.invalid(
          field,
          data.isEmpty()
              ? "is required: set data or values"
              : "either data or values may be set, not both");
    }
  }

  private static int width(String field, VectorEncoding encoding, int number) {
    return switch (encoding) {
      case VECTOR_ENCODING_UNSPECIFIED, VECTOR_ENCODING_F32 -> Float.BYTES;
      case VECTOR_ENCODING_F16 -> Short.BYTES;
      case VECTOR_ENCODING_INT8 -> Byte.BYTES;
      case UNRECOGNIZED -> throw Fields.unsupported(field + ".encoding", number);
    };
  }

  private static void requireSize(
      String field, ByteString data, int values, int dimension, int width, int rows) {
    long expected = (long) rows * dimension; // At most 2^47: cannot overflow.
    if (data.isEmpty() && values != expected) {
      throw Fields.invalid(
          field + ".values",
          "must hold %d rows of %d numbers, %d in all, got %d"
              .formatted(rows, dimension, expected, values));
    }
    if (!data.isEmpty() && data.size() != expected * width) {
      throw Fields.invalid(
          field + ".data",
          "must hold %d rows of %d coordinates of %d bytes, %d in all, got %d"
              .formatted(rows, dimension, width, expected * width, data.size()));
    }
  }

  private static MemorySegment decoded(ByteString data, int width) {
    // Sliced, because the buffer of an aliased field begins in the middle of the message.
    ByteBuffer bytes = data.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    return switch (width) {
      case Float.BYTES -> MemorySegment.ofBuffer(bytes);
      case Short.BYTES ->
          widened(
              data.size() / Short.BYTES,
              i -> Float.float16ToFloat(bytes.getShort(i * Short.BYTES)));
      default -> widened(data.size(), bytes::get);
    };
  }

  private static MemorySegment widened(int count, IntToDoubleFunction coordinate) {
    MemorySegment floats = MemorySegment.ofArray(new float[count]);
    for (int i = 0; i < count; i++) {
      floats.setAtIndex(FLOAT, i, (float) coordinate.applyAsDouble(i));
    }
    return floats;
  }
}
