package dev.kith.bench.peers.engine;

import dev.kith.bench.run.SegmentKind;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;

/// The ways in which Kith holds an index; each is a contender of its own.
public enum KithVariant {

  /// HNSW over float vectors in one growing segment, as a server searches what it has linked.
  GROWING("kith", "HNSW, float32, growing segment", SegmentKind.GROWING, Layout.COMPACT, Codec.F32),

  /// The same, sealed.
  COMPACT(
      "kith-compact",
      "HNSW, float32, sealed segment in memory",
      SegmentKind.SEALED_MEMORY,
      Layout.COMPACT,
      Codec.F32),

  /// The same graph, laid out with its neighbours' codes.
  FAST(
      "kith-fast",
      "HNSW steered by RaBitQ, ranked by float32, sealed segment in memory",
      SegmentKind.SEALED_MEMORY,
      Layout.FAST,
      Codec.F32),

  /// The compact graph, walked on halves.
  F16("kith-f16", coded("float16"), SegmentKind.SEALED_MEMORY, Layout.COMPACT, Codec.F16),

  /// The compact graph, walked on bytes.
  INT8("kith-int8", coded("int8"), SegmentKind.SEALED_MEMORY, Layout.COMPACT, Codec.INT8),

  /// The compact graph, walked on bits.
  RABITQ("kith-rabitq", coded("RaBitQ"), SegmentKind.SEALED_MEMORY, Layout.COMPACT, Codec.RABITQ);

  private final String contender;
  private final String description;
  private final SegmentKind segment;
  private final Layout layout;
  private final Codec codec;

  KithVariant(
      String contender, String description, SegmentKind segment, Layout layout, Codec codec) {
    this.contender = contender;
    this.description = description;
    this.segment = segment;
    this.layout = layout;
    this.codec = codec;
  }

  private static String coded(String codes) {
    return "HNSW walked on %s, ranked by float32 from a mapped file; codes and links in memory"
        .formatted(codes);
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

  /// What is searched.
  SegmentKind segment() {
    return segment;
  }

  /// How it is laid out once it is sealed.
  Layout layout() {
    return layout;
  }

  /// What it is walked on.
  Codec codec() {
    return codec;
  }

  /// What is built, in a few words.
  public String description() {
    return description;
  }
}
