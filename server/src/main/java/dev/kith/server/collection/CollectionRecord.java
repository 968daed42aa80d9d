package dev.kith.server.collection;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// The definition of a collection: record version 1, created (milliseconds since 1970) 8, dimension
/// 4, metric 1 (1 cosine, 2 dot, 3 euclidean), default ef 4, segment points 4, index 1 (1 flat, 2
/// HNSW, 3 HNSW of the fast layout, 4 HNSW walked on codes, 5 inverted lists, 6 scan of codes, and
/// 16 more if indexing is deferred; 2 to 4: m 4, efConstruction 4, seed 8; 5: lists 4, seed 8; 4 to
/// 6: codec 1 (in the lower half 1 f16, 2 bf16, 3 int8, 4 rabitq; 5 only: 0 f32, 5 pq; in the upper
/// half the bits of rabitq that were asked for, 0 for as many as suit)), name in UTF-8 to the end.
///
/// Kind 3 came later, deferred indexing after it, then kinds 4 and 5, then bits and kind 6. Servers
/// from before them refuse such a record and read all others.
///
/// @param spec the definition
/// @param created when it was created
record CollectionRecord(CollectionSpec spec, Instant created) {
  private static final byte FLAT = 1;
  private static final byte HNSW = 2;
  private static final byte HNSW_FAST = 3;
  private static final byte HNSW_CODED = 4;
  private static final byte IVF = 5;
  private static final byte FLAT_CODED = 6;
  private static final byte DEFERRED = 16;

  /// Where the bits of a codec start above its number.
  private static final int BITS_AT = 4;

  byte[] encode() {
    byte[] name = spec.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = Records.start(21 + indexBytes(spec.index()) + name.length);
    out.putLong(created.toEpochMilli())
        .putInt(spec.space().dimension())
        .put(code(spec.space().metric()))
        .putInt(spec.defaultEf())
        .putInt(spec.segmentPoints());
    int flags = spec.indexingDeferred() ? DEFERRED : 0;
    switch (spec.index()) {
      case IndexSpec.Flat(Codec codec) -> {
        out.put((byte) (kind(codec) | flags));
        if (codec.hasCodes()) {
          out.put(code(codec));
        }
      }
      case IndexSpec.Hnsw(HnswParams params, Layout layout, Codec codec) -> {
        out.put((byte) (kind(layout, codec) | flags))
            .putInt(params.m())
            .putInt(params.efConstruction())
            .putLong(params.seed());
        if (codec.hasCodes()) {
          out.put(code(codec));
        }
      }
      case IndexSpec.Ivf(IvfParams params, Codec codec) ->
          out.put((byte) (IVF | flags))
              .putInt(params.lists())
              .putLong(params.seed())
              .put(code(codec));
    }
    return Records.bytes(out.put(name));
  }

  static CollectionRecord decode(byte[] value) {
    ByteBuffer in = Records.open("collection", value, 22);
    Instant created = Instant.ofEpochMilli(in.getLong());
    int dimension = in.getInt();
    byte metric = in.get();
    int defaultEf = in.getInt();
    int segmentPoints = in.getInt();
    byte stored = in.get();
    int kind = stored & ~DEFERRED;
    if (kind < FLAT || kind > FLAT_CODED || in.remaining() < indexBytes(kind) - 1) {
      throw Records.damaged(
          "collection", "an index of kind 1 to 6 or 17 to 22", "kind %d".formatted(stored));
    }
    try {
      IndexSpec index =
          switch (kind) {
            case FLAT -> new IndexSpec.Flat();
            case FLAT_CODED -> new IndexSpec.Flat(codec(in.get(), 1, 4));
            case IVF ->
                new IndexSpec.Ivf(new IvfParams(in.getInt(), in.getLong()), codec(in.get(), 0, 5));
            default ->
                new IndexSpec.Hnsw(
                    new HnswParams(in.getInt(), in.getInt(), in.getLong()),
                    kind == HNSW_FAST ? Layout.FAST : Layout.COMPACT,
                    kind == HNSW_CODED ? codec(in.get(), 1, 4) : new Codec.F32());
          };
      String name = StandardCharsets.UTF_8.decode(in).toString();
      VectorSpace space = new VectorSpace(dimension, metric(metric));
      return new CollectionRecord(
          new CollectionSpec(
              name, space, index, defaultEf, segmentPoints, (stored & DEFERRED) != 0),
          created);
    } catch (IllegalArgumentException outOfRange) {
      throw Records.damaged(
          "collection", "values in range", String.valueOf(outOfRange.getMessage()));
    }
  }

  private static int indexBytes(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat(Codec codec) -> indexBytes(kind(codec));
      case IndexSpec.Hnsw(_, Layout layout, Codec codec) -> indexBytes(kind(layout, codec));
      case IndexSpec.Ivf(_, _) -> indexBytes(IVF);
    };
  }

  /// Bytes of an index with its kind.
  private static int indexBytes(int kind) {
    return switch (kind) {
      case FLAT -> 1;
      case FLAT_CODED -> 2;
      case HNSW_CODED -> 18;
      case IVF -> 14;
      default -> 17;
    };
  }

  /// Of a scan.
  private static byte kind(Codec codec) {
    return codec.hasCodes() ? FLAT_CODED : FLAT;
  }

  private static byte kind(Layout layout, Codec codec) {
    return switch (layout) {
      case COMPACT -> codec.hasCodes() ? HNSW_CODED : HNSW;
      case FAST -> HNSW_FAST;
    };
  }

  private static byte code(Codec codec) {
    return (byte) (codec.number() | (codec.bits() << BITS_AT));
  }

  private static Codec codec(byte code, int least, int most) {
    int number = code & ((1 << BITS_AT) - 1);
    if (number < least || number > most) {
      throw Records.damaged(
          "collection", "a codec from %d to %d".formatted(least, most), "" + number);
    }
    return Codec.numbered(number, (code & 0xFF) >>> BITS_AT);
  }

  private static byte code(Metric metric) {
    return switch (metric) {
      case COSINE -> 1;
      case DOT -> 2;
      case EUCLIDEAN -> 3;
    };
  }

  private static Metric metric(byte code) {
    return switch (code) {
      case 1 -> Metric.COSINE;
      case 2 -> Metric.DOT;
      case 3 -> Metric.EUCLIDEAN;
      default -> throw Records.damaged("collection", "a metric from 1 to 3", "" + code);
    };
  }
}
