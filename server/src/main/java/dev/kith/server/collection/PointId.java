package dev.kith.server.collection;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;

/// Names a point within its collection. The three kinds never collide.
///
/// ## Key
///
/// [#toKey()] writes an id so that unsigned byte order is the order of ids: numbers first, then
/// UUIDs, then texts.
///
/// | kind | bytes |
/// |---|---|
/// | number | 1, then 8 bytes big-endian, ordered as unsigned |
/// | UUID | 2, then its 16 bytes, most significant first |
/// | text | 3, then 1 to 512 bytes of UTF-8, which order like code points |
public sealed interface PointId {
  /// Longest text id in bytes of UTF-8.
  int MAX_TEXT_BYTES = 512;

  /// Longest key: a kind and a text.
  int MAX_KEY_BYTES = 1 + MAX_TEXT_BYTES;

  /// Any unsigned 64-bit number.
  @SuppressWarnings("AvoidCommonTypeNames") // Always written PointId.Number.
  record Number(long value) implements PointId {
    @Override
    public byte[] toKey() {
      return ByteBuffer.allocate(9).put((byte) 1).putLong(value).array();
    }

    @Override
    public String toString() {
      return Long.toUnsignedString(value);
    }
  }

  /// A UUID.
  record Uuid(UUID value) implements PointId {
    @Override
    public byte[] toKey() {
      return ByteBuffer.allocate(17)
          .put((byte) 2)
          .putLong(value.getMostSignificantBits())
          .putLong(value.getLeastSignificantBits())
          .array();
    }

    @Override
    public String toString() {
      return value.toString();
    }
  }

  /// Text of 1 to 512 UTF-8 bytes.
  record Text(String value) implements PointId {
    public Text {
      int bytes = encoded(value).length;
      if (bytes < 1 || bytes > MAX_TEXT_BYTES) {
        throw new IllegalArgumentException(
            "a text id must have 1 to %d bytes of UTF-8, got %d".formatted(MAX_TEXT_BYTES, bytes));
      }
    }

    @Override
    public byte[] toKey() {
      byte[] text = encoded(value);
      return ByteBuffer.allocate(1 + text.length).put((byte) 3).put(text).array();
    }

    @Override
    public String toString() {
      return '"' + value + '"';
    }

    private static byte[] encoded(String value) {
      try {
        ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
      } catch (CharacterCodingException malformed) {
        throw new IllegalArgumentException(
            "a text id must be well-formed Unicode, got an unpaired surrogate", malformed);
      }
    }
  }

  /// The id as an order-preserving key of at most [#MAX_KEY_BYTES] bytes.
  byte[] toKey();

  /// Reads what [#toKey()] wrote.
  ///
  /// @throws IllegalArgumentException if the bytes are no key
  static PointId fromKey(byte[] key) {
    int kind = key.length == 0 ? 0 : key[0];
    ByteBuffer rest = ByteBuffer.wrap(key);
    rest.position(Math.min(1, key.length));
    if (kind == 1 && key.length == 9) {
      return new Number(rest.getLong());
    }
    if (kind == 2 && key.length == 17) {
      return new Uuid(new UUID(rest.getLong(), rest.getLong()));
    }
    if (kind == 3 && key.length >= 2 && key.length <= MAX_KEY_BYTES) {
      try {
        return new Text(StandardCharsets.UTF_8.newDecoder().decode(rest).toString());
      } catch (CharacterCodingException malformed) {
        throw new IllegalArgumentException(
            "a text id must be UTF-8, got " + HexFormat.of().formatHex(key), malformed);
      }
    }
    throw new IllegalArgumentException(
        "an id key must be a kind in [1, 3] and its bytes, got "
            + HexFormat.of().formatHex(key, 0, Math.min(key.length, 32)));
  }
}
