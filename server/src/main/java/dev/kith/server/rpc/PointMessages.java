package dev.kith.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.Vector;
import dev.kith.proto.v1.VectorEncoding;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.collection.UpsertBatch;
import dev.kith.server.refusal.PointError;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Translates points between the wire and the server.
final class PointMessages {
  /// Stands for an id that cannot be read, until its point is dropped.
  private static final PointId UNREADABLE = new PointId.Number(0);

  private final PointIdMessages ids;

  PointMessages(PointIdMessages ids) {
    this.ids = ids;
  }

  /// A batch as it arrived, before points that cannot be stored are dealt with.
  ///
  /// @param ids one a point, null where it cannot be read
  /// @param vectors row after row
  /// @param payloads one a point, or none at all
  /// @param unreadable the points without id, by ascending index
  record ReadBatch(
      List<@Nullable PointId> ids,
      MemorySegment vectors,
      List<ByteString> payloads,
      List<PointError> unreadable) {

    /// The whole batch. To be written only if no id is unreadable.
    UpsertBatch whole() {
      List<PointId> all = new ArrayList<>(ids.size());
      for (PointId id : ids) {
        all.add(id == null ? UNREADABLE : id);
      }
      return new UpsertBatch(all, vectors, arrays(payloads));
    }

    /// All points that cannot be stored, by ascending index.
    List<PointError> errorsOf(Collection collection) {
      Map<Integer, PointError> errors = new TreeMap<>();
      for (PointError error : collection.validate(whole())) {
        errors.put(error.index(), error);
      }
      for (PointError error : unreadable) {
        errors.put(error.index(), error);
      }
      return List.copyOf(errors.values());
    }

    /// The batch without the points that cannot be stored.
    ///
    /// @param wrong those points, by ascending index
    UpsertBatch without(List<PointError> wrong, int dimension) {
      long rowBytes = (long) dimension * Float.BYTES;
      int kept = ids.size() - wrong.size();
      MemorySegment rows = MemorySegment.ofArray(new float[Math.multiplyExact(kept, dimension)]);
      List<PointId> keptIds = new ArrayList<>(kept);
      List<ByteString> keptPayloads = new ArrayList<>(kept);
      int skipped = 0;
      for (int i = 0; i < ids.size(); i++) {
        PointId id = ids.get(i);
        if (id == null || (skipped < wrong.size() && wrong.get(skipped).index() == i)) {
          skipped++;
          continue;
        }
        MemorySegment.copy(vectors, i * rowBytes, rows, keptIds.size() * rowBytes, rowBytes);
        keptIds.add(id);
        if (!payloads.isEmpty()) {
          keptPayloads.add(payloads.get(i));
        }
      }
      return new UpsertBatch(keptIds, rows, arrays(keptPayloads));
    }

    private static List<byte @Nullable []> arrays(List<ByteString> payloads) {
      List<byte @Nullable []> arrays = new ArrayList<>(payloads.size());
      for (ByteString payload : payloads) {
        arrays.add(payload.isEmpty() ? null : payload.toByteArray());
      }
      return arrays;
    }
  }

  /// Reads a required batch. What is wrong with its shape is refused; what is wrong with single
  /// points is listed.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  ReadBatch batch(String field, PointBatch batch, int dimension) {
    List<@Nullable PointId> read = new ArrayList<>();
    List<PointError> errors = new ArrayList<>();
    int count = ids.column(field + ".ids", batch.getIds(), read, errors);
    int payloadCount = batch.getPayloadsCount();
    if (payloadCount != 0 && payloadCount != count) {
      throw Fields.invalid(
          field + ".payloads",
          "must be as many as the %d ids or none, got %d".formatted(count, payloadCount));
    }
    MemorySegment vectors =
        VectorMessages.matrix(field + ".vectors", batch.getVectors(), dimension, count);
    return new ReadBatch(read, vectors, batch.getPayloadsList(), errors);
  }

  /// Reads a durability; DISK if unset.
  static dev.kith.server.collection.Durability durability(Durability asked, int number) {
    return switch (asked) {
      case DURABILITY_UNSPECIFIED, DURABILITY_DISK -> dev.kith.server.collection.Durability.DISK;
      case DURABILITY_OS -> dev.kith.server.collection.Durability.OS;
      case DURABILITY_MEMORY -> dev.kith.server.collection.Durability.MEMORY;
      case UNRECOGNIZED -> throw Fields.unsupported("durability", number);
    };
  }

  static Durability write(dev.kith.server.collection.Durability reached) {
    return switch (reached) {
      case MEMORY -> Durability.DURABILITY_MEMORY;
      case OS -> Durability.DURABILITY_OS;
      case DISK -> Durability.DURABILITY_DISK;
    };
  }

  /// Writes a point with what was fetched of it.
  static Point write(StoredPoint point) {
    Point.Builder message =
        Point.newBuilder().setId(PointIdMessages.write(point.id())).setVersion(point.version());
    byte[] vector = point.vector();
    if (vector != null) {
      message.setVector(write(vector));
    }
    byte[] payload = point.payload();
    if (payload != null) {
      message.setPayload(UnsafeByteOperations.unsafeWrap(payload));
    }
    return message.build();
  }

  /// Writes a vector of f32 bytes.
  static Vector write(byte[] f32) {
    return Vector.newBuilder()
        .setData(UnsafeByteOperations.unsafeWrap(f32))
        .setEncoding(VectorEncoding.VECTOR_ENCODING_F32)
        .build();
  }

  /// About how many bytes a point takes in a message.
  static long bytes(StoredPoint point) {
    byte[] vector = point.vector();
    byte[] payload = point.payload();
    return 32L + (vector == null ? 0 : vector.length) + (payload == null ? 0 : payload.length);
  }
}
