package dev.kith.client.file;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file is not what its format demands.
public final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1;

  private static final int MAX_FOUND = 200;

  private final String file;
  private final String place;
  private final String expected;
  private final String found;

  /// @param place where in the file, such as `offset 128` or `line 3`
  /// @param expected what should be there
  /// @param found what is there; shortened to 200 characters
  public MalformedFileException(Path file, String place, String expected, Object found) {
    this(file, place, expected, found, null);
  }

  /// As above, with the failure that told.
  public MalformedFileException(
      Path file, String place, String expected, Object found, @Nullable Throwable cause) {
    super(
        "%s, %s: expected %s, found %s".formatted(file, place, expected, shortened(found)), cause);
    this.file = file.toString();
    this.place = place;
    this.expected = expected;
    this.found = shortened(found);
  }

  /// File, place, what was expected and what was found, in one sentence.
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /// The file at fault.
  public Path file() {
    return Path.of(file);
  }

  /// Where in the file.
  public String place() {
    return place;
  }

  /// What should be there.
  public String expected() {
    return expected;
  }

  /// What is there.
  public String found() {
    return found;
  }

  static MalformedFileException at(Path file, long offset, String expected, Object found) {
    return new MalformedFileException(file, "offset " + offset, expected, found);
  }

  private static String shortened(Object found) {
    String text = String.valueOf(found);
    return text.length() <= MAX_FOUND ? text : text.substring(0, MAX_FOUND) + "...";
  }
}
