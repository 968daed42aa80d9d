package dev.kith.server.rpc;

import dev.kith.server.refusal.Refusal;

/// What came out of the bytes of a request.
sealed interface Received<T> {

  /// Bytes it took on the wire, decompressed.
  int bytes();

  /// The message they should be.
  record Intact<T>(T message, int bytes) implements Received<T> {}

  /// Something else.
  record Broken<T>(Refusal refusal, int bytes) implements Received<T> {}
}
