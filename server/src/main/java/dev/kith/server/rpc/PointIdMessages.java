package dev.kith.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kith.proto.v1.PointIds;
import dev.kith.server.collection.PointId;
import dev.kith.server.refusal.PointError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Translates point ids between the wire and the server.
final class PointIdMessages {
  private static final int UUID_BYTES = 16;

  private final int maxTextBytes;
  private final int maxIds;

  PointIdMessages(int maxTextBytes, int maxIds) {
    this.maxTextBytes = maxTextBytes;
    this.maxIds = maxIds;
  }

  /// Reads a required column, of which every id must be right.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  List<PointId> all(String field, PointIds column) {
    List<@Nullable PointId> ids = new ArrayList<>();
    List<PointError> errors = new ArrayList<>();
    column(field, column, ids, errors);
    if (!errors.isEmpty()) {
      PointError first = errors.getFirst();
      throw Fields.invalid("%s[%d]".formatted(field, first.index()), first.problem());
    }
    List<PointId> all = new ArrayList<>(ids.size());
    for (PointId id : ids) {
      if (id != null) {
        all.add(id);
      }
    }
    return all;
  }

  /// Reads a required column of a batch, in which single ids may be wrong.
  ///
  /// @param ids receives one id a point, null where it is wrong
  /// @param errors receives what is wrong
  /// @return number of ids
  int column(String field, PointIds column, List<@Nullable PointId> ids, List<PointError> errors) {
    int count = count(field, column);
    if (count < 1 || count > maxIds) {
      throw Fields.invalid(field, "must hold [1, %d] ids, got %d".formatted(maxIds, count));
    }
    ByteBuffer uuids = column.getUuids().asReadOnlyByteBuffer();
    for (int i = 0; i < count; i++) {
      String problem = null;
      PointId id = null;
      switch (column.getColumnCase()) {
        case NUMBERS -> id = new PointId.Number(column.getNumbers().getValues(i));
        case UUIDS -> id = new PointId.Uuid(new UUID(uuids.getLong(), uuids.getLong()));
        case TEXTS -> {
          String text = column.getTexts().getValues(i);
          problem = problemOf(text);
          id = problem == null ? new PointId.Text(text) : null;
        }
        case MIXED -> {
          dev.kith.proto.v1.PointId mixed = column.getMixed().getValues(i);
          problem = problemOf(mixed);
          id = problem == null ? read(mixed) : null;
        }
        case COLUMN_NOT_SET -> throw new AssertionError("counted above");
      }
      ids.add(id);
      if (problem != null) {
        errors.add(new PointError(i, "unreadable", problem));
      }
    }
    return count;
  }

  private static int count(String field, PointIds column) {
    return switch (column.getColumnCase()) {
      case NUMBERS -> column.getNumbers().getValuesCount();
      case UUIDS -> {
        int bytes = column.getUuids().size();
        if (bytes % UUID_BYTES != 0) {
          throw Fields.invalid(
              field + ".uuids",
              "must be %d bytes an id, got %d bytes".formatted(UUID_BYTES, bytes));
        }
        yield bytes / UUID_BYTES;
      }
      case TEXTS -> column.getTexts().getValuesCount();
      case MIXED -> column.getMixed().getValuesCount();
      case COLUMN_NOT_SET -> throw Fields.invalid(field, "is required: set one column of ids");
    };
  }

  /// Reads one required id.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field
  PointId one(String field, dev.kith.proto.v1.PointId id) {
    String problem = problemOf(id);
    if (problem != null) {
      throw Fields.invalid(field, problem);
    }
    return read(id);
  }

  private static PointId read(dev.kith.proto.v1.PointId id) {
    return switch (id.getKindCase()) {
      case NUMBER -> new PointId.Number(id.getNumber());
      case UUID -> {
        ByteBuffer bytes = id.getUuid().asReadOnlyByteBuffer();
        yield new PointId.Uuid(new UUID(bytes.getLong(), bytes.getLong()));
      }
      case TEXT -> new PointId.Text(id.getText());
      case KIND_NOT_SET -> throw new AssertionError("checked by the caller");
    };
  }

  private @Nullable String problemOf(dev.kith.proto.v1.PointId id) {
    return switch (id.getKindCase()) {
      case NUMBER -> null;
      case UUID ->
          id.getUuid().size() == UUID_BYTES
              ? null
              : "uuid must have %d bytes, got %d".formatted(UUID_BYTES, id.getUuid().size());
      case TEXT -> problemOf(id.getText());
      case KIND_NOT_SET -> "number, uuid or text is required";
    };
  }

  private @Nullable String problemOf(String text) {
    int bytes = ByteString.copyFromUtf8(text).size();
    return bytes >= 1 && bytes <= maxTextBytes
        ? null
        : "a text id must have [1, %d] bytes of UTF-8, got %d".formatted(maxTextBytes, bytes);
  }

  /// Writes an id.
  static dev.kith.proto.v1.PointId write(PointId id) {
    dev.kith.proto.v1.PointId.Builder message = dev.kith.proto.v1.PointId.newBuilder();
    switch (id) {
      case PointId.Number(long value) -> message.setNumber(value);
      case PointId.Uuid(UUID value) ->
          message.setUuid(
              UnsafeByteOperations.unsafeWrap(
                  ByteBuffer.allocate(UUID_BYTES)
                      .putLong(value.getMostSignificantBits())
                      .putLong(value.getLeastSignificantBits())
                      .flip()));
      case PointId.Text(String value) -> message.setText(value);
    }
    return message.build();
  }
}
