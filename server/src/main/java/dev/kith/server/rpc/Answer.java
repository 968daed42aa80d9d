package dev.kith.server.rpc;

import dev.kith.server.refusal.RefusedException;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Ends one unary call in exactly one way: an answer, a refusal or an incident.
///
/// Made on the event loop that delivers the call; completed on whichever thread has the answer.
final class Answer<T> {
  private final StreamObserver<T> responses;
  private final Context context;

  Answer(StreamObserver<T> responses) {
    this.responses = responses;
    this.context = Context.current();
    if (responses instanceof ServerCallStreamObserver<T> call) {
      // With a handler set, answering a caller who has left is no error.
      call.setOnCancelHandler(() -> {});
    }
  }

  /// Whether nobody waits any more: the caller left or its deadline passed.
  boolean isAbandoned() {
    return context.isCancelled();
  }

  /// Runs `call` on the pool and answers with what it returns.
  void from(CallPool pool, Callable<T> call) {
    fromFuture(pool, () -> CompletableFuture.completedFuture(call.call()));
  }

  /// Runs `call` on the pool and answers with what its future brings.
  @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes are answered.
  void fromFuture(CallPool pool, Callable<CompletableFuture<T>> call) {
    attempt(
        () ->
            pool.execute(
                () ->
                    attempt(
                        () -> {
                          if (isAbandoned()) {
                            fail(abandoned());
                            return;
                          }
                          call.call()
                              .whenComplete(
                                  (response, failure) -> {
                                    if (failure == null) {
                                      succeed(response);
                                    } else {
                                      fail(failure);
                                    }
                                  });
                        })));
  }

  /// Runs a step whose failure ends the call.
  @SuppressWarnings("CatchingUnchecked") // The last place before the network: nothing may escape.
  void attempt(Step step) {
    try {
      step.run();
    } catch (Exception failure) {
      fail(failure);
    }
  }

  void succeed(T response) {
    responses.onNext(response);
    responses.onCompleted();
  }

  void fail(Throwable failure) {
    responses.onError(status(failure));
  }

  /// What a call ends with when nobody waits for it any more.
  StatusRuntimeException abandoned() {
    return Status.fromThrowable(
            context.cancellationCause() instanceof StatusRuntimeException cause
                ? cause
                : context.getDeadline() != null && context.getDeadline().isExpired()
                    ? Status.DEADLINE_EXCEEDED.asRuntimeException()
                    : Status.CANCELLED.asRuntimeException())
        .withDescription("The caller left or its deadline passed before the answer.")
        .asRuntimeException();
  }

  /// Maps whatever went wrong to what the caller is told.
  static StatusRuntimeException status(Throwable failure) {
    return switch (failure) {
      case CompletionException wrapped when wrapped.getCause() != null ->
          status(wrapped.getCause());
      case RefusedException refused -> RefusalStatus.of(refused.refusal());
      case StatusRuntimeException known -> known;
      default -> Incidents.report(failure);
    };
  }

  /// A piece of work that may fail.
  interface Step {
    void run() throws Exception;
  }
}
