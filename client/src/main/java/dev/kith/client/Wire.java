package dev.kith.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kith.proto.v1.MixedIds;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.TextIds;
import dev.kith.proto.v1.Vector;
import dev.kith.proto.v1.VectorEncoding;
import dev.kith.proto.v1.VectorMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Translates ids, vectors and points between the contract's messages and the client's records.
final class Wire {
  private static final int UUID_BYTES = 16;

  private Wire() {}

  static dev.kith.proto.v1.PointId id(PointId id) {
    dev.kith.proto.v1.PointId.Builder message = dev.kith.proto.v1.PointId.newBuilder();
    switch (id) {
      case PointId.Number number -> message.setNumber(number.value());
      case PointId.Uuid uuid -> message.setUuid(uuids(List.of(uuid)));
      case PointId.Text text -> message.setText(text.value());
    }
    return message.build();
  }

  static PointId id(dev.kith.proto.v1.PointId message) {
    return switch (message.getKindCase()) {
      case NUMBER -> PointId.of(message.getNumber());
      case UUID -> {
        ByteBuffer bytes = message.getUuid().asReadOnlyByteBuffer();
        yield PointId.of(new UUID(bytes.getLong(), bytes.getLong()));
      }
      case TEXT -> PointId.of(message.getText());
      case KIND_NOT_SET -> throw new IllegalStateException("the server sent a point without an id");
    };
  }

  /// A column of ids, in the compact form if all are of one kind.
  static PointIds ids(List<PointId> ids) {
    PointIds.Builder column = PointIds.newBuilder();
    if (ids.stream().allMatch(PointId.Number.class::isInstance)) {
      NumberIds.Builder numbers = NumberIds.newBuilder();
      for (PointId id : ids) {
        numbers.addValues(((PointId.Number) id).value());
      }
      return column.setNumbers(numbers).build();
    }
    if (ids.stream().allMatch(PointId.Uuid.class::isInstance)) {
      return column.setUuids(uuids(ids)).build();
    }
    if (ids.stream().allMatch(PointId.Text.class::isInstance)) {
      TextIds.Builder texts = TextIds.newBuilder();
      for (PointId id : ids) {
        texts.addValues(((PointId.Text) id).value());
      }
      return column.setTexts(texts).build();
    }
    MixedIds.Builder mixed = MixedIds.newBuilder();
    for (PointId id : ids) {
      mixed.addValues(id(id));
    }
    return column.setMixed(mixed).build();
  }

  static List<PointId> ids(PointIds column) {
    return switch (column.getColumnCase()) {
      case NUMBERS -> column.getNumbers().getValuesList().stream().map(PointId::of).toList();
      case UUIDS -> {
        ByteBuffer bytes = column.getUuids().asReadOnlyByteBuffer();
        List<PointId> ids = new ArrayList<>();
        while (bytes.remaining() >= UUID_BYTES) {
          ids.add(PointId.of(new UUID(bytes.getLong(), bytes.getLong())));
        }
        yield List.copyOf(ids);
      }
      case TEXTS -> column.getTexts().getValuesList().stream().map(PointId::of).toList();
      case MIXED -> column.getMixed().getValuesList().stream().map(Wire::id).toList();
      case COLUMN_NOT_SET -> List.of();
    };
  }

  private static ByteString uuids(List<? extends PointId> ids) {
    ByteBuffer bytes = ByteBuffer.allocate(UUID_BYTES * ids.size());
    for (PointId id : ids) {
      UUID uuid = ((PointId.Uuid) id).value();
      bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
    }
    return UnsafeByteOperations.unsafeWrap(bytes.flip());
  }

  /// The points `[from, to)` of a batch.
  static dev.kith.proto.v1.PointBatch batch(PointBatch batch, int from, int to) {
    dev.kith.proto.v1.PointBatch.Builder message =
        dev.kith.proto.v1.PointBatch.newBuilder()
            .setIds(ids(batch.ids().subList(from, to)))
            .setVectors(matrix(batch.dimension(), batch.rowBytes(from, to)));
    if (batch.hasPayloads(from, to)) {
      for (int i = from; i < to; i++) {
        Payload payload = batch.payload(i);
        message.addPayloads(
            payload == null ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(payload.shared()));
      }
    }
    return message.build();
  }

  /// Checks the queries of a batch.
  ///
  /// @throws IllegalArgumentException if they are of different dimensions
  static void requireOneDimension(List<float[]> queries) {
    for (float[] query : queries) {
      if (query.length != queries.getFirst().length) {
        throw new IllegalArgumentException(
            "the queries of a batch must be of one dimension, got %d and %d"
                .formatted(queries.getFirst().length, query.length));
      }
    }
  }

  /// A matrix of rows of one length, at least one.
  static VectorMatrix matrix(List<float[]> rows) {
    int dimension = rows.getFirst().length;
    byte[] bytes = new byte[Math.multiplyExact(rows.size() * Float.BYTES, dimension)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      buffer.asFloatBuffer().put(row);
      buffer.position(buffer.position() + dimension * Float.BYTES);
    }
    return matrix(dimension, bytes);
  }

  /// A matrix over bytes that nobody else changes.
  static VectorMatrix matrix(int dimension, byte[] ownBytes) {
    return VectorMatrix.newBuilder()
        .setDimension(dimension)
        .setEncoding(VectorEncoding.VECTOR_ENCODING_F32)
        .setData(UnsafeByteOperations.unsafeWrap(ownBytes))
        .build();
  }

  static Vector vector(float[] coordinates) {
    byte[] bytes = new byte[coordinates.length * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(coordinates);
    return vector(bytes);
  }

  static Vector vector(MemorySegment littleEndianFloats) {
    if (littleEndianFloats.byteSize() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "a vector must be whole floats, got %d bytes".formatted(littleEndianFloats.byteSize()));
    }
    byte[] bytes = new byte[Math.toIntExact(littleEndianFloats.byteSize())];
    MemorySegment.copy(littleEndianFloats, 0, MemorySegment.ofArray(bytes), 0, bytes.length);
    return vector(bytes);
  }

  private static Vector vector(byte[] ownBytes) {
    return Vector.newBuilder()
        .setEncoding(VectorEncoding.VECTOR_ENCODING_F32)
        .setData(UnsafeByteOperations.unsafeWrap(ownBytes))
        .build();
  }

  static float[] floats(Vector vector) {
    float[] floats = new float[vector.getData().size() / Float.BYTES];
    vector
        .getData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(floats);
    return floats;
  }

  static @Nullable Payload payload(ByteString bytes) {
    return bytes.isEmpty() ? null : Payload.ofUtf8(bytes.toByteArray());
  }

  static StoredPoint point(Point point) {
    return new StoredPoint(
        id(point.getId()),
        point.getVersion(),
        point.hasVector() ? floats(point.getVector()) : null,
        payload(point.getPayload()));
  }

  static dev.kith.proto.v1.Metric metric(Metric metric) {
    return switch (metric) {
      case COSINE -> dev.kith.proto.v1.Metric.METRIC_COSINE;
      case DOT -> dev.kith.proto.v1.Metric.METRIC_DOT;
      case EUCLIDEAN -> dev.kith.proto.v1.Metric.METRIC_EUCLIDEAN;
    };
  }

  static Metric metric(dev.kith.proto.v1.Metric metric) {
    return switch (metric) {
      case METRIC_COSINE -> Metric.COSINE;
      case METRIC_DOT -> Metric.DOT;
      case METRIC_EUCLIDEAN -> Metric.EUCLIDEAN;
      case METRIC_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("the server sent a metric unknown here: " + metric);
    };
  }

  static dev.kith.proto.v1.Durability durability(Durability durability) {
    return switch (durability) {
      case MEMORY -> dev.kith.proto.v1.Durability.DURABILITY_MEMORY;
      case OS -> dev.kith.proto.v1.Durability.DURABILITY_OS;
      case DISK -> dev.kith.proto.v1.Durability.DURABILITY_DISK;
    };
  }

  static Durability durability(dev.kith.proto.v1.Durability durability) {
    return switch (durability) {
      case DURABILITY_MEMORY -> Durability.MEMORY;
      case DURABILITY_OS -> Durability.OS;
      case DURABILITY_DISK -> Durability.DISK;
      case DURABILITY_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException(
              "the server sent a durability unknown here: " + durability);
    };
  }
}
