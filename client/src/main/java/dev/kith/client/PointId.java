package dev.kith.client;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/// Names one point of a collection. The three kinds never collide: number 7 and text "7" are two
/// points.
public sealed interface PointId {

  /// Longest text, in UTF-8 bytes.
  int MAX_TEXT_BYTES = 512;

  /// Any unsigned 64-bit number.
  ///
  /// @param value its 64 bits; negative values stand for numbers of `2^63` and above
  @SuppressWarnings("AvoidCommonTypeNames") // Always read as PointId.Number; the contract's word.
  record Number(long value) implements PointId {
    @Override
    public String toString() {
      return Long.toUnsignedString(value);
    }
  }

  /// A UUID.
  record Uuid(UUID value) implements PointId {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /// Text of 1 to 512 UTF-8 bytes.
  record Text(String value) implements PointId {
    public Text {
      int bytes = value.getBytes(StandardCharsets.UTF_8).length;
      if (bytes < 1 || bytes > MAX_TEXT_BYTES) {
        throw new IllegalArgumentException(
            "a text id must have 1 to %d UTF-8 bytes, got %d".formatted(MAX_TEXT_BYTES, bytes));
      }
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
        throw new IllegalArgumentException("a text id must be well-formed Unicode, got " + value);
      }
    }

    @Override
    public String toString() {
      return IdSyntax.PLAIN.matcher(value).matches() ? value : IdSyntax.TEXT + value;
    }
  }

  /// Names a point by a number, taken as unsigned.
  static PointId of(long number) {
    return new Number(number);
  }

  /// Names a point by a UUID.
  static PointId of(UUID uuid) {
    return new Uuid(uuid);
  }

  /// Names a point by a text, even one that looks like a number or a UUID.
  ///
  /// @throws IllegalArgumentException if it is empty, longer than 512 UTF-8 bytes or not Unicode
  static PointId of(String text) {
    return new Text(text);
  }

  /// Reads an id as people write it: digits are a number, 8-4-4-4-12 hexadecimal digits a UUID,
  /// anything else a text. The prefix `text:` makes a text of what follows, whatever it is. Inverse
  /// of `toString`.
  ///
  /// @throws IllegalArgumentException if it is none of these, or a number above `2^64 - 1`
  static PointId parse(String written) {
    if (written.startsWith(IdSyntax.TEXT)) {
      return new Text(written.substring(IdSyntax.TEXT.length()));
    }
    if (IdSyntax.NUMBER.matcher(written).matches()) {
      try {
        return new Number(Long.parseUnsignedLong(written));
      } catch (NumberFormatException tooLarge) {
        throw new IllegalArgumentException(
            "a number id must be at most 18446744073709551615, got " + written, tooLarge);
      }
    }
    return IdSyntax.UUID.matcher(written).matches()
        ? new Uuid(UUID.fromString(written))
        : new Text(written);
  }
}

/// How ids are written by people.
final class IdSyntax {
  static final String TEXT = "text:";
  static final Pattern NUMBER = Pattern.compile("[0-9]+");
  static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /// A text that [PointId#parse] takes for nothing else.
  static final Pattern PLAIN =
      Pattern.compile("(?s)(?!text:|[0-9]+\\z|%s\\z).*".formatted(UUID.pattern()));

  private IdSyntax() {}
}
