package dev.kith.bench.peers.engine;

import dev.kith.bench.run.SegmentKind;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import org.jspecify.annotations.Nullable;

/// The ways in which Kith holds an index; each is a contender of its own.
public enum KithVariant {

  /// HNSW over float vectors in one growing segment, as a server searches what it has linked.
  GROWING(
      "kith",
      "HNSW, float32, growing segment",
      SegmentKind.GROWING,
      Layout.COMPACT,
      new Codec.F32()),

  /// The same, sealed.
  COMPACT(
      "kith-compact",
      "HNSW, float32, sealed segment in memory",
      SegmentKind.SEALED_MEMORY,
      Layout.COMPACT,
      new Codec.F32()),

  /// The same graph, laid out with its neighbours' codes.
  FAST(
      "kith-fast",
      "HNSW steered by RaBitQ, ranked by float32, sealed segment in memory",
      SegmentKind.SEALED_MEMORY,
      Layout.FAST,
      new Codec.F32()),

  /// The compact graph, walked on halves.
  F16("kith-f16", coded("float16"), SegmentKind.SEALED_MEMORY, Layout.COMPACT, new Codec.F16()),

  /// The compact graph, walked on bytes.
  INT8("kith-int8", coded("int8"), SegmentKind.SEALED_MEMORY, Layout.COMPACT, new Codec.Int8()),

  /// The compact graph, walked on bits.
  RABITQ(
      "kith-rabitq",
      coded("RaBitQ"),
      SegmentKind.SEALED_MEMORY,
      Layout.COMPACT,
      new Codec.Rabitq(0)),

  /// Lists read by RaBitQ codes.
  IVF("kith-ivf", listed("RaBitQ"), new Codec.Rabitq(0)),

  /// Lists read by product codes.
  IVF_PQ("kith-ivf-pq", listed("PQ"), new Codec.Pq(0, false)),

  /// Lists of vectors.
  IVF_FLAT("kith-ivf-flat", "inverted file, float32, sealed segment in memory", new Codec.F32());

  /// As many as the peers' inverted files have.
  private static final int LISTS = 1024;

  private final String contender;
  private final String description;
  private final SegmentKind segment;
  private final @Nullable Layout layout;

  @SuppressWarnings("ImmutableEnumChecker") // A codec is a record of numbers.
  private final Codec codec;

  KithVariant(
      String contender,
      String description,
      SegmentKind segment,
      @Nullable Layout layout,
      Codec codec) {
    this.contender = contender;
    this.description = description;
    this.segment = segment;
    this.layout = layout;
    this.codec = codec;
  }

  /// An inverted file.
  KithVariant(String contender, String description, Codec codec) {
    this(contender, description, SegmentKind.SEALED_MEMORY, null, codec);
  }

  private static String listed(String codes) {
    return "inverted file read by %s, ranked by float32 from a mapped file, which counts"
        .formatted(codes);
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

  /// What is built.
  IndexSpec index(GraphSettings graph, long seed) {
    return layout == null
        ? new IndexSpec.Ivf(new IvfParams(LISTS, seed), codec)
        : new IndexSpec.Hnsw(
            new HnswParams(graph.m(), graph.efConstruction(), seed), layout, codec);
  }

  /// Whether lists are read, and searches set `nprobe` and `rescore` instead of `ef`.
  public boolean hasLists() {
    return layout == null;
  }

  /// Whether lists hold codes, so that some rows are to be scored again.
  public boolean hasCodes() {
    return codec.hasCodes();
  }

  /// What is built, in a few words.
  public String description() {
    return description;
  }
}
