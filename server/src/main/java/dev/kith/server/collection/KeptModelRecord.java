package dev.kith.server.collection;

import dev.kith.index.VectorSpace;
import dev.kith.index.relevance.TrainedModel;
import java.nio.ByteBuffer;
import java.time.Instant;

/// A model of relevance as it is stored: record version 1, version of the model 8, created
/// (milliseconds since 1970) 8, seed 8, queries 8, pairs 8, then [TrainedModel#encode()], which
/// ends with a checksum of its own. Its name is in the key.
final class KeptModelRecord {
  private static final String NAME = "model of relevance";
  private static final int HEAD_BYTES = 5 * Long.BYTES;

  private KeptModelRecord() {}

  static byte[] encode(KeptModel model) {
    byte[] trained = model.trained().encode();
    ByteBuffer out = Records.start(HEAD_BYTES + trained.length);
    out.putLong(model.version())
        .putLong(model.created().toEpochMilli())
        .putLong(model.seed())
        .putLong(model.queries())
        .putLong(model.pairs())
        .put(trained);
    return Records.bytes(out);
  }

  /// Reads a model.
  ///
  /// @param space of the collection that it must be made for
  /// @throws dev.kith.server.refusal.RefusedException with `DataLoss` if it is damaged or made for
  ///   another space
  static KeptModel decode(String name, byte[] value, VectorSpace space) {
    ByteBuffer in = Records.open(NAME, value, HEAD_BYTES);
    long version = in.getLong();
    Instant created = Instant.ofEpochMilli(in.getLong());
    long seed = in.getLong();
    long queries = in.getLong();
    long pairs = in.getLong();
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    TrainedModel trained;
    try {
      trained = TrainedModel.decode(bytes);
    } catch (IllegalArgumentException damaged) {
      throw Records.damaged(
          NAME + " " + name, "values in range", String.valueOf(damaged.getMessage()));
    }
    if (trained.dimension() != space.dimension() || trained.metric() != space.metric()) {
      throw Records.damaged(
          NAME + " " + name,
          space.toString(),
          "%d dimensions, %s".formatted(trained.dimension(), trained.metric()));
    }
    return new KeptModel(name, version, created, seed, queries, pairs, trained);
  }
}
