package dev.kith.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What a point carries besides its vector: a JSON object, kept and given back byte for byte.
/// Immutable; two payloads are equal if their bytes are.
public final class Payload {
  private final byte[] utf8;

  private Payload(byte[] utf8) {
    if (utf8.length == 0) {
      throw new IllegalArgumentException("a payload must be a JSON object, got no bytes");
    }
    this.utf8 = utf8;
  }

  /// Takes a JSON object as text.
  ///
  /// @throws IllegalArgumentException if it is empty; whether it is JSON, the server checks
  public static Payload of(String json) {
    return new Payload(json.getBytes(StandardCharsets.UTF_8));
  }

  /// Takes a JSON object as UTF-8, copying it.
  ///
  /// @throws IllegalArgumentException if it is empty; whether it is JSON, the server checks
  public static Payload ofUtf8(byte[] json) {
    return new Payload(json.clone());
  }

  /// The JSON object as UTF-8, a copy.
  public byte[] toUtf8() {
    return utf8.clone();
  }

  /// The JSON object as UTF-8, read-only and without a copy.
  public ByteBuffer asReadOnlyBuffer() {
    return ByteBuffer.wrap(utf8).asReadOnlyBuffer();
  }

  /// Length of the JSON object in UTF-8 bytes.
  public int length() {
    return utf8.length;
  }

  /// The JSON object as text.
  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// The bytes themselves, for the wire; nobody may change them.
  byte[] shared() {
    return utf8;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload payload && Arrays.equals(utf8, payload.utf8);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(utf8);
  }
}
