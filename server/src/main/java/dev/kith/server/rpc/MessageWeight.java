package dev.kith.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Counts what a message would unfold into before it is unfolded.
///
/// Two bytes on the wire can become an object of forty in memory, so a message within the size
/// limit can still exhaust the heap. A message has no business with many more elements than a full
/// batch has.
final class MessageWeight {

  /// Smaller messages cannot do harm: this many bytes make at most half as many objects.
  private static final int HARMLESS_BYTES = 64 << 10;

  private static final int MAX_DEPTH = 100;

  private final long maxElements;

  /// @param maxElements messages, texts, byte strings and whole numbers one message may hold
  MessageWeight(long maxElements) {
    this.maxElements = maxElements;
  }

  /// Says in words what is too much, or returns null if nothing is.
  ///
  /// @throws IOException if the bytes are not wire format
  @Nullable String exceeds(byte[] bytes, Descriptor type) throws IOException {
    if (bytes.length <= HARMLESS_BYTES) {
      return null;
    }
    Walk walk = new Walk(CodedInputStream.newInstance(bytes));
    walk.message(type, 0);
    return walk.elements <= maxElements
        ? null
        : "The message holds more than %d elements. Send smaller batches.".formatted(maxElements);
  }

  /// One pass over one message.
  private final class Walk {
    private final CodedInputStream input;
    private long elements;

    Walk(CodedInputStream input) {
      this.input = input;
    }

    void message(@Nullable Descriptor type, int depth) throws IOException {
      for (int tag = input.readTag(); tag != 0 && elements <= maxElements; tag = input.readTag()) {
        FieldDescriptor field =
            type == null ? null : type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
        if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
            && field != null) {
          delimited(field, depth);
        } else {
          boolean coordinate =
              field != null && field.getJavaType() == FieldDescriptor.JavaType.FLOAT;
          elements += coordinate ? 0 : 1;
          input.skipField(tag);
        }
      }
    }

    private void delimited(FieldDescriptor field, int depth) throws IOException {
      elements++;
      int length = input.readRawVarint32();
      switch (field.getJavaType()) {
        case MESSAGE -> {
          if (depth < MAX_DEPTH) {
            int outer = input.pushLimit(length);
            message(field.getMessageType(), depth + 1);
            if (elements <= maxElements) {
              input.popLimit(outer);
            }
          } else {
            input.skipRawBytes(length); // The parser refuses it for its depth.
          }
        }
        case INT, LONG, BOOLEAN, ENUM -> {
          int outer = input.pushLimit(length);
          while (input.getBytesUntilLimit() > 0 && elements <= maxElements) {
            input.readRawVarint64();
            elements++;
          }
          input.popLimit(outer);
        }
        case FLOAT, DOUBLE, STRING, BYTE_STRING -> input.skipRawBytes(length);
      }
    }
  }
}
