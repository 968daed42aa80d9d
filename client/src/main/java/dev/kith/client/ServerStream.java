package dev.kith.client;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The messages of a server-streaming call that is opened again, with another request, when it
/// breaks. Not thread-safe. No deadline: the keep-alive tells a dead server from a slow one.
final class ServerStream<Q, R> implements AutoCloseable {
  private final Rpc rpc;
  private final MethodDescriptor<Q, R> method;
  private final Supplier<Q> request;
  private Context.@Nullable CancellableContext context;
  private @Nullable Iterator<R> messages;
  private int failures;

  /// @param request makes the request that goes on after what has been received
  ServerStream(Rpc rpc, MethodDescriptor<Q, R> method, Supplier<Q> request) {
    this.rpc = rpc;
    this.method = method;
    this.request = request;
  }

  /// Waits for the next message.
  ///
  /// @return null when the server has ended the stream
  /// @throws KithException if the stream broke and could not be resumed
  @Nullable R next() {
    while (true) {
      try {
        Iterator<R> current = messages == null ? open() : messages;
        if (!current.hasNext()) {
          return null;
        }
        R message = current.next();
        failures = 0;
        return message;
      } catch (RuntimeException failure) {
        reopenAfter(rpc.read(failure));
      }
    }
  }

  private Iterator<R> open() {
    Context.CancellableContext scope = Context.current().withCancellation();
    context = scope;
    Context previous = scope.attach();
    try {
      Iterator<R> opened =
          ClientCalls.blockingServerStreamingCall(
              rpc.channel(), method, CallOptions.DEFAULT, request.get());
      messages = opened;
      return opened;
    } finally {
      scope.detach(previous);
    }
  }

  private void reopenAfter(Failures failure) {
    close();
    failures++;
    if (!failure.exception().retryable() || failures >= rpc.options().retry().attempts()) {
      throw failure.exception().rethrown();
    }
    Duration pause = rpc.pause(failure, failures);
    try {
      CompletableFuture.runAsync(rpc::wakeUp, Rpc.after(pause)).get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KithException(
          "interrupted while waiting for the server",
          KithException.Details.of(KithException.Code.CANCELLED),
          interrupted);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    messages = null;
    if (context != null) {
      context.cancel(null);
      context = null;
    }
  }
}
