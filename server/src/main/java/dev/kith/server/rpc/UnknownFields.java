package dev.kith.server.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Finds fields that this version of the contract does not have, at any depth.
///
/// A client of a later version that sets a new field expects it to matter; ignoring it would answer
/// another question than was asked.
final class UnknownFields {

  /// The message-typed fields of each type, looked up once.
  private static final Map<Descriptor, List<FieldDescriptor>> NESTED = new ConcurrentHashMap<>();

  private UnknownFields() {}

  /// Returns the path of the first unknown field, such as `points.ids.99`, or null.
  static @Nullable String first(Message message) {
    UnknownFieldSet unknown = message.getUnknownFields();
    if (!unknown.asMap().isEmpty()) {
      return unknown.asMap().keySet().iterator().next().toString();
    }
    for (FieldDescriptor field : nested(message.getDescriptorForType())) {
      String found = firstIn(message, field);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable String firstIn(Message message, FieldDescriptor field) {
    if (!field.isRepeated()) {
      if (!message.hasField(field)) {
        return null;
      }
      String inside = first((Message) message.getField(field));
      return inside == null ? null : field.getName() + "." + inside;
    }
    int count = message.getRepeatedFieldCount(field);
    for (int i = 0; i < count; i++) {
      String inside = first((Message) message.getRepeatedField(field, i));
      if (inside != null) {
        return "%s[%d].%s".formatted(field.getName(), i, inside);
      }
    }
    return null;
  }

  private static List<FieldDescriptor> nested(Descriptor type) {
    List<FieldDescriptor> known = NESTED.get(type);
    return known != null ? known : NESTED.computeIfAbsent(type, UnknownFields::findNested);
  }

  private static List<FieldDescriptor> findNested(Descriptor type) {
    return type.getFields().stream()
        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
        .toList();
  }
}
