package dev.kith.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// One channel to one server, and how calls on it are made: with a deadline, repeated while that
/// may help. Thread-safe.
final class Rpc implements AutoCloseable {
  private final ManagedChannel channel;
  private final String address;
  private final ClientOptions options;

  Rpc(ManagedChannel channel, String address, ClientOptions options) {
    this.channel = channel;
    this.address = address;
    this.options = options;
  }

  ManagedChannel channel() {
    return channel;
  }

  ClientOptions options() {
    return options;
  }

  Failures read(Throwable failure) {
    return Failures.of(failure, address);
  }

  /// Makes a call within the default deadline. Cancelling the future cancels the call.
  <Q, R> CompletableFuture<R> call(MethodDescriptor<Q, R> method, Q request) {
    return call(method, request, options.deadline(), new Cancellation());
  }

  /// Makes a call within a deadline that covers all attempts.
  <Q, R> CompletableFuture<R> call(
      MethodDescriptor<Q, R> method, Q request, Duration deadline, Cancellation cancellation) {
    UnaryCall<Q, R> call = new UnaryCall<>(method, request, deadline, cancellation);
    call.attempt();
    return call.result;
  }

  /// Makes one of several calls that are cancelled as one.
  <Q, R> CompletableFuture<R> call(
      MethodDescriptor<Q, R> method, Q request, Cancellation cancellation) {
    return call(method, request, options.deadline(), cancellation);
  }

  /// Asks about many things in parts of as many as a message may have, one after another.
  ///
  /// @param call asks about a part
  /// @return the answers, in the order of the things
  static <Q, A> CompletableFuture<List<A>> inParts(
      List<Q> queries, BiFunction<List<Q>, Cancellation, CompletableFuture<List<A>>> call) {
    return inParts(0, queries, call, new ArrayList<>(), new Cancellation());
  }

  private static <Q, A> CompletableFuture<List<A>> inParts(
      int from,
      List<Q> queries,
      BiFunction<List<Q>, Cancellation, CompletableFuture<List<A>>> call,
      List<A> found,
      Cancellation cancellation) {
    if (from == queries.size()) {
      return CompletableFuture.completedFuture(List.copyOf(found));
    }
    int to = Math.min(queries.size(), from + ClientOptions.MAX_BATCH_QUERIES);
    return call.apply(queries.subList(from, to), cancellation)
        .thenCompose(
            answers -> {
              found.addAll(answers);
              return inParts(to, queries, call, found, cancellation);
            });
  }

  /// Waits for a call. An interrupt cancels it.
  ///
  /// @throws KithException if it failed
  static <R> R await(CompletableFuture<R> call) {
    try {
      return call.get();
    } catch (InterruptedException interrupted) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      throw new KithException(
          "interrupted while waiting for the server",
          KithException.Details.of(KithException.Code.CANCELLED),
          interrupted);
    } catch (ExecutionException failure) {
      throw unwrapped(failure);
    }
  }

  /// What a future failed with, without the wrappers of futures.
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof ExecutionException || cause instanceof CompletionException) {
      Throwable inner = cause.getCause();
      if (inner == null) {
        break;
      }
      cause = inner;
    }
    return cause;
  }

  private static KithException unwrapped(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof KithException known) {
      return known.rethrown();
    }
    return new KithException(
        "the call failed: " + cause, KithException.Details.of(KithException.Code.UNKNOWN), cause);
  }

  /// Runs `again` after a pause, on a thread of the JDK's.
  static void later(Duration pause, Runnable again) {
    after(pause).execute(again);
  }

  static Executor after(Duration pause) {
    return CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// How long to wait before another attempt: what the server asks for, or the policy's delay.
  Duration pause(Failures failure, int failures) {
    Duration delay = options.retry().delayAfter(failures);
    Duration asked = failure.retryAfter();
    return asked != null && asked.compareTo(delay) > 0 ? asked : delay;
  }

  /// Lets the channel try again at once: its own back-off would outlast ours.
  void wakeUp() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private final class UnaryCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private final Q request;
    private final long deadlineNanos;
    private final Cancellation cancellation;
    private final CompletableFuture<R> result;
    private int failures;

    UnaryCall(
        MethodDescriptor<Q, R> method, Q request, Duration deadline, Cancellation cancellation) {
      this.method = method;
      this.request = request;
      this.deadlineNanos = System.nanoTime() + deadline.toNanos();
      this.cancellation = cancellation;
      this.result = cancellation.future();
    }

    void attempt() {
      if (cancellation.isCancelled()) {
        result.cancel(false);
        return;
      }
      ClientCall<Q, R> call =
          channel.newCall(
              method,
              CallOptions.DEFAULT.withDeadlineAfter(
                  Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS));
      ClientCalls.asyncUnaryCall(
          call,
          request,
          new StreamObserver<>() {
            private @Nullable R response;

            @Override
            public void onNext(R message) {
              response = message;
            }

            @Override
            public void onError(Throwable failure) {
              failed(read(failure));
            }

            @Override
            public void onCompleted() {
              result.complete(Objects.requireNonNull(response));
            }
          });
      // After the start: a call that has not started cannot be cancelled.
      cancellation.running(call);
    }

    private void failed(Failures failure) {
      failures++;
      Duration pause = pause(failure, failures);
      if (!failure.exception().retryable()
          || failures >= options.retry().attempts()
          || System.nanoTime() + pause.toNanos() - deadlineNanos >= 0) {
        result.completeExceptionally(failure.exception());
        return;
      }
      later(
          pause,
          () -> {
            wakeUp();
            attempt();
          });
    }
  }
}
