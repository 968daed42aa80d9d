package dev.kith.server.rpc;

import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.OptimizePhase;
import dev.kith.proto.v1.OptimizeReport;
import dev.kith.server.collection.OptimizeHandle;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells one caller how an optimization comes along. The work itself goes on without callers.
final class OptimizeStream {
  private static final long INTERVAL_MILLIS = 200;

  private final CallPool pool;
  private final ActiveCalls calls;
  private final ServerCallStreamObserver<OptimizeCollectionResponse> responses;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Runnable stop = this::stop;

  OptimizeStream(
      CallPool pool,
      ActiveCalls calls,
      ServerCallStreamObserver<OptimizeCollectionResponse> responses) {
    this.pool = pool;
    this.calls = calls;
    this.responses = responses;
  }

  /// Starts or attaches to the work and reports until it is done.
  @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes are dealt with.
  void start(Supplier<OptimizeHandle> work) {
    responses.setOnCancelHandler(this::end);
    calls.register(stop);
    attempt(
        () ->
            pool.execute(
                () ->
                    attempt(
                        () -> {
                          OptimizeHandle handle = work.get();
                          handle.done().whenComplete((done, failure) -> finish(handle, failure));
                          report(handle);
                        })));
  }

  private void report(OptimizeHandle handle) {
    if (ended.get() || handle.isDone()) {
      return;
    }
    send(handle.progress());
    CompletableFuture.delayedExecutor(INTERVAL_MILLIS, TimeUnit.MILLISECONDS)
        .execute(() -> attempt(() -> report(handle)));
  }

  private void finish(OptimizeHandle handle, @Nullable Throwable failure) {
    if (failure != null) {
      fail(failure);
      return;
    }
    synchronized (responses) {
      if (end()) {
        responses.onNext(
            write(handle.progress()).setDone(true).setReport(write(handle.report())).build());
        responses.onCompleted();
      }
    }
  }

  private void send(OptimizeHandle.Progress progress) {
    synchronized (responses) {
      if (!ended.get() && responses.isReady()) {
        responses.onNext(write(progress).build());
      }
    }
  }

  private static OptimizeCollectionResponse.Builder write(OptimizeHandle.Progress progress) {
    OptimizeCollectionResponse.Builder message =
        OptimizeCollectionResponse.newBuilder()
            .setPhase(
                switch (progress.phase()) {
                  case LINKING -> OptimizePhase.OPTIMIZE_PHASE_LINKING;
                  case SEALING -> OptimizePhase.OPTIMIZE_PHASE_SEALING;
                  case MERGING -> OptimizePhase.OPTIMIZE_PHASE_MERGING;
                  case TRYING -> OptimizePhase.OPTIMIZE_PHASE_TRYING;
                  case MEASURING -> OptimizePhase.OPTIMIZE_PHASE_MEASURING;
                  case FINISHED -> OptimizePhase.OPTIMIZE_PHASE_FINISHED;
                  case CANCELLED -> OptimizePhase.OPTIMIZE_PHASE_CANCELLED;
                })
            .setCompletedPoints(progress.completed())
            .setTotalPoints(progress.total())
            .setPointsPerSecond(progress.pointsPerSecond());
    progress.remainingSeconds().ifPresent(message::setRemainingSeconds);
    return message;
  }

  private static OptimizeReport write(OptimizeHandle.Report report) {
    OptimizeReport.Builder message =
        OptimizeReport.newBuilder()
            .setLinkedPoints(report.linkedPoints())
            .setSeconds(report.seconds())
            .setPointsPerSecond(report.pointsPerSecond())
            .setPeakResidentBytes(report.peakResidentBytes());
    report
        .recall()
        .ifPresent(
            recall ->
                message
                    .setRecall(recall.recall())
                    .setRecallQueries(recall.queries())
                    .setRecallEf(recall.ef()));
    return message.build();
  }

  @SuppressWarnings("CatchingUnchecked") // The last place before the network.
  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException failure) {
      fail(failure);
    }
  }

  private void fail(Throwable failure) {
    synchronized (responses) {
      if (end()) {
        responses.onError(Answer.status(failure));
      }
    }
  }

  private void stop() {
    fail(new RefusedException(new Refusal.NotServing("stopping")));
  }

  private boolean end() {
    calls.forget(stop);
    return ended.compareAndSet(false, true);
  }
}
