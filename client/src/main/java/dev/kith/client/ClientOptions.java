package dev.kith.client;

import java.time.Duration;

/// How a client connects and how patient it is.
///
/// @param deadline longest a call may take, its retries included
/// @param retry how calls are repeated when the server cannot be reached or is overloaded
/// @param tls whether to encrypt, trusting the JVM's certificate authorities; plain text if not
/// @param keepAlive silence after which the connection is probed during a call
/// @param chunkBytes an upsert larger than this is sent in parts, in `[1 KiB, 1 GiB]`
/// @param maxResponseBytes largest answer accepted
public record ClientOptions(
    Duration deadline,
    RetryPolicy retry,
    boolean tls,
    Duration keepAlive,
    int chunkBytes,
    int maxResponseBytes) {

  /// Points of one message at most, whatever their size: the server's limit.
  static final int MAX_CHUNK_POINTS = 10_000;

  /// Queries of one message at most: the server's limit.
  static final int MAX_BATCH_QUERIES = 1_000;

  public ClientOptions {
    requirePositive("deadline", deadline);
    requirePositive("keepAlive", keepAlive);
    if (chunkBytes < 1 << 10 || chunkBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "chunkBytes must be in [1024, 1073741824], got " + chunkBytes);
    }
    if (maxResponseBytes < 1) {
      throw new IllegalArgumentException(
          "maxResponseBytes must be at least 1, got " + maxResponseBytes);
    }
  }

  /// Plain text, 30 seconds a call, standard retries, chunks of 4 MiB, answers up to 256 MiB.
  public static ClientOptions standard() {
    return new ClientOptions(
        Duration.ofSeconds(30),
        RetryPolicy.standard(),
        false,
        Duration.ofMinutes(1),
        4 << 20,
        256 << 20);
  }

  /// The same with another deadline.
  public ClientOptions withDeadline(Duration other) {
    return new ClientOptions(other, retry, tls, keepAlive, chunkBytes, maxResponseBytes);
  }

  /// The same with other retries.
  public ClientOptions withRetry(RetryPolicy other) {
    return new ClientOptions(deadline, other, tls, keepAlive, chunkBytes, maxResponseBytes);
  }

  /// The same, encrypted.
  public ClientOptions withTls() {
    return new ClientOptions(deadline, retry, true, keepAlive, chunkBytes, maxResponseBytes);
  }

  /// The same with other chunks.
  public ClientOptions withChunkBytes(int bytes) {
    return new ClientOptions(deadline, retry, tls, keepAlive, bytes, maxResponseBytes);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("%s must be positive, got %s".formatted(name, value));
    }
  }
}
