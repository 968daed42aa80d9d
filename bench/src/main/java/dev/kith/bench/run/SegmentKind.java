package dev.kith.bench.run;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Which segment a run in this process searches.
public enum SegmentKind {
  /// The one that was built, in memory, as a server searches what it has not sealed yet.
  GROWING,
  /// A file sealed from it, mapped.
  SEALED,
  /// A file sealed from it, copied to memory.
  SEALED_MEMORY;

  /// Reads a kind from its name: `growing`, `sealed` or `sealed-memory`.
  ///
  /// @throws IllegalArgumentException if there is no such kind
  public static SegmentKind of(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "segment must be one of %s, got %s".formatted(names(), name)));
  }

  private static List<String> names() {
    return Arrays.stream(values()).map(SegmentKind::text).toList();
  }

  /// The name, as options and reports spell it.
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
