package dev.kith.client;

import io.grpc.ClientCall;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Whether the caller has lost interest in a call, or in a chain of calls that make up one.
/// Thread-safe.
final class Cancellation {
  private boolean cancelled;
  private @Nullable ClientCall<?, ?> running;

  /// Registers the call that is under way, cancelling it at once if nobody wants it any more.
  synchronized void running(ClientCall<?, ?> call) {
    running = call;
    if (cancelled) {
      call.cancel("cancelled by the caller", null);
    }
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  private synchronized void cancel() {
    cancelled = true;
    if (running != null) {
      running.cancel("cancelled by the caller", null);
    }
  }

  /// A future whose cancelling, and that of any future derived from it, cancels the call.
  <T> CompletableFuture<T> future() {
    return new Cancelling<>(this);
  }

  private static final class Cancelling<T> extends CompletableFuture<T> {
    private final Cancellation cancellation;

    Cancelling(Cancellation cancellation) {
      this.cancellation = cancellation;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean now = super.cancel(mayInterruptIfRunning);
      if (now) {
        cancellation.cancel();
      }
      return now;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new Cancelling<>(cancellation);
    }
  }
}
