package dev.kith.server.collection;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// The definition of a collection: record version 1, created (milliseconds since 1970) 8, dimension
/// 4, metric 1 (1 cosine, 2 dot, 3 euclidean), default ef 4, segment points 4, index as in
/// [IndexCode], with 16 more in its first byte if indexing is deferred and 32 more if the index is
/// measured; in that case the memory 4 that a vector may take, 0 for any; name in UTF-8 to the end.
///
/// Deferred indexing came after the first two graphs, measured indexes after all others. Servers
/// from before a thing refuse a record that has it and read all others.
///
/// @param spec the definition
/// @param created when it was created
record CollectionRecord(CollectionSpec spec, Instant created) {
  private static final byte DEFERRED = 16;
  private static final byte AUTO = 32;

  byte[] encode() {
    byte[] name = spec.name().getBytes(StandardCharsets.UTF_8);
    int auto = spec.auto().isPresent() ? Integer.BYTES : 0;
    ByteBuffer out = Records.start(21 + IndexCode.bytes(spec.index()) + auto + name.length);
    out.putLong(created.toEpochMilli())
        .putInt(spec.space().dimension())
        .put(code(spec.space().metric()))
        .putInt(spec.defaultEf())
        .putInt(spec.segmentPoints());
    int flags = (spec.indexingDeferred() ? DEFERRED : 0) | (auto > 0 ? AUTO : 0);
    IndexCode.put(out, spec.index(), flags);
    spec.auto().ifPresent(asked -> out.putInt(asked.memory().orElse(0)));
    return Records.bytes(out.put(name));
  }

  static CollectionRecord decode(byte[] value) {
    ByteBuffer in = Records.open("collection", value, 22);
    Instant created = Instant.ofEpochMilli(in.getLong());
    int dimension = in.getInt();
    byte metric = in.get();
    int defaultEf = in.getInt();
    int segmentPoints = in.getInt();
    int flags = in.get(in.position()) & (DEFERRED | AUTO);
    try {
      IndexSpec index = IndexCode.get("collection", in, flags);
      Optional<AutoIndex> auto = (flags & AUTO) != 0 ? Optional.of(auto(in)) : Optional.empty();
      String name = StandardCharsets.UTF_8.decode(in).toString();
      VectorSpace space = new VectorSpace(dimension, metric(metric));
      return new CollectionRecord(
          new CollectionSpec(
              name, space, index, defaultEf, segmentPoints, (flags & DEFERRED) != 0, auto),
          created);
    } catch (IllegalArgumentException outOfRange) {
      throw Records.damaged(
          "collection", "values in range", String.valueOf(outOfRange.getMessage()));
    }
  }

  private static AutoIndex auto(ByteBuffer in) {
    if (in.remaining() < Integer.BYTES) {
      throw Records.damaged("collection", "4 bytes of memory", in.remaining() + " bytes");
    }
    int memory = in.getInt();
    return new AutoIndex(memory == 0 ? OptionalInt.empty() : OptionalInt.of(memory));
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
