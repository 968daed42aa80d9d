package dev.kith.client;

import java.util.UUID;
import java.util.function.Consumer;

/// How a bulk load is done.
///
/// @param session name of the load, like a collection's name; opening the same name again resumes
///   it
/// @param durability what a batch must survive before it counts as written
/// @param batchPoints most points in a batch, in `[1, 10000]`
/// @param batchBytes most bytes in a batch, unless a single point is larger
/// @param onRejected told of every point that is unacceptable, once, on a thread of the client's
public record IngestOptions(
    String session,
    Durability durability,
    int batchPoints,
    int batchBytes,
    Consumer<PointRejection> onRejected) {

  public IngestOptions {
    if (batchPoints < 1 || batchPoints > ClientOptions.MAX_CHUNK_POINTS) {
      throw new IllegalArgumentException(
          "batchPoints must be in [1, %d], got %d"
              .formatted(ClientOptions.MAX_CHUNK_POINTS, batchPoints));
    }
    if (batchBytes < 1) {
      throw new IllegalArgumentException("batchBytes must be at least 1, got " + batchBytes);
    }
  }

  /// A new load of a random name, durable on disk, in batches of at most 1,000 points and 2 MiB.
  public static IngestOptions standard() {
    return session("ingest-" + UUID.randomUUID());
  }

  /// A load that can be resumed under this name, otherwise as [#standard].
  public static IngestOptions session(String name) {
    return new IngestOptions(name, Durability.DISK, 1_000, 2 << 20, _ -> {});
  }

  /// The same with another durability.
  public IngestOptions withDurability(Durability other) {
    return new IngestOptions(session, other, batchPoints, batchBytes, onRejected);
  }

  /// The same with batches of other sizes. A load must be resumed with the sizes it began with.
  public IngestOptions withBatches(int points, int bytes) {
    return new IngestOptions(session, durability, points, bytes, onRejected);
  }

  /// The same, telling of rejected points.
  public IngestOptions onRejected(Consumer<PointRejection> listener) {
    return new IngestOptions(session, durability, batchPoints, batchBytes, listener);
  }
}
