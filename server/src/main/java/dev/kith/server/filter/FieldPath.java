package dev.kith.server.filter;

import java.util.List;

/// Where a field is in a payload: the names of nested objects, the outermost first.
///
/// @param names at least one, at most 64, none empty
public record FieldPath(List<String> names) {
  /// Most names: payloads are not nested deeper.
  public static final int MAX_NAMES = 64;

  public FieldPath {
    names = List.copyOf(names);
    if (names.isEmpty() || names.size() > MAX_NAMES || names.contains("")) {
      throw new IllegalArgumentException(
          "must be 1 to %d names with dots between them, such as author.name, got '%s'"
              .formatted(MAX_NAMES, String.join(".", names)));
    }
  }

  /// Reads names with dots between them. A name that has a dot itself cannot be written.
  ///
  /// @throws IllegalArgumentException if that is no path
  public static FieldPath parse(String written) {
    return new FieldPath(List.of(written.split("\\.", -1)));
  }

  @Override
  public String toString() {
    return String.join(".", names);
  }
}
