package dev.kith.index;

import java.io.IOException;
import java.nio.file.Path;

/// A file that is not what we wrote: damaged, cut short, or never ours.
///
/// Index files are derived from the store, so the remedy is to set the file aside and rebuild it.
public final class CorruptFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;
  private final String expected;
  private final String found;

  /// @param file the damaged file
  /// @param expected what an undamaged file would have there
  /// @param found what it has instead
  public CorruptFileException(Path file, String expected, String found) {
    super("%s is damaged: expected %s, found %s".formatted(file, expected, found));
    this.file = file;
    this.expected = expected;
    this.found = found;
  }

  /// The damaged file.
  public Path file() {
    return file;
  }

  /// What an undamaged file would have there.
  public String expected() {
    return expected;
  }

  /// What the file has instead.
  public String found() {
    return found;
  }
}
