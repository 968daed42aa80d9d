package dev.kith.bench.peers.engine;

/// The ways in which Kith holds an index; each is a contender of its own.
///
/// A new layout takes part once it has a constant here and a case in [KithEngine].
public enum KithVariant {

  /// HNSW over float vectors in one growing segment, as a server searches what it has linked.
  GROWING("kith", "HNSW, float32, growing segment");

  private final String contender;
  private final String description;

  KithVariant(String contender, String description) {
    this.contender = contender;
    this.description = description;
  }

  /// The variant of a contender's name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static KithVariant named(String contender) {
    for (KithVariant variant : values()) {
      if (variant.contender.equals(contender)) {
        return variant;
      }
    }
    throw new IllegalArgumentException("there is no engine " + contender);
  }

  /// What the contender is called.
  public String contender() {
    return contender;
  }

  /// What is built, in a few words.
  public String description() {
    return description;
  }
}
