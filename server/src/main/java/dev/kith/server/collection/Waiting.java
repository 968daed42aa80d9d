package dev.kith.server.collection;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Waiting for what the committer has promised.
final class Waiting {
  private Waiting() {}

  /// The result of a promise.
  ///
  /// @throws RefusedException if that is what it ended with
  static <T> T on(CompletableFuture<T> promise) {
    try {
      return promise.join();
    } catch (CompletionException failure) {
      switch (failure.getCause()) {
        // Made anew, so that each waiter has an exception of its own.
        case RefusedException refused -> throw new RefusedException(refused.refusal());
        case RuntimeException bug -> throw bug;
        case null, default ->
            throw new RefusedException(new Refusal.StoreFenced("failed: " + failure.getCause()));
      }
    }
  }
}
