package dev.kith.index;

/// Says which ordinals of a segment may be returned. Asked once per candidate, from any thread.
@FunctionalInterface
public interface OrdinalFilter {

  /// Whether the vector at `ordinal` may be returned.
  boolean accepts(int ordinal);
}
