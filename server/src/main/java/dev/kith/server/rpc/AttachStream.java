package dev.kith.server.rpc;

import dev.kith.proto.v1.AttachCollectionResponse;
import dev.kith.proto.v1.AttachPhase;
import dev.kith.server.collection.AttachProgress;
import dev.kith.server.collection.Collection;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// Attaches an index folder for one caller and tells how it comes along. Ends when the caller
/// leaves, or the server stops; nothing is attached then.
final class AttachStream {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final CallPool pool;
  private final ActiveCalls calls;
  private final ServerCallStreamObserver<AttachCollectionResponse> responses;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Runnable stop = this::stop;
  private volatile boolean stopped;
  private long reportedNanos = System.nanoTime() - INTERVAL_NANOS;

  AttachStream(
      CallPool pool,
      ActiveCalls calls,
      ServerCallStreamObserver<AttachCollectionResponse> responses) {
    this.pool = pool;
    this.calls = calls;
    this.responses = responses;
  }

  /// What is to be done.
  interface Work {
    /// Does it.
    Collection attach(AttachProgress progress, BooleanSupplier stop);
  }

  /// Does the work on a thread of the pool.
  void start(Work work) {
    responses.setOnCancelHandler(this::stop);
    calls.register(stop);
    attempt(() -> pool.execute(() -> attempt(() -> run(work))));
  }

  private void run(Work work) {
    Collection collection = work.attach(this::report, () -> stopped);
    synchronized (responses) {
      if (end()) {
        responses.onNext(
            AttachCollectionResponse.newBuilder()
                .setPhase(AttachPhase.ATTACH_PHASE_FINISHED)
                .setCompleted(collection.count())
                .setTotal(collection.count())
                .setCollection(CollectionMessages.write(collection.info()))
                .build());
        responses.onCompleted();
      }
    }
  }

  private void report(AttachProgress.Phase phase, long done, long total) {
    long now = System.nanoTime();
    if (now - reportedNanos < INTERVAL_NANOS) {
      return;
    }
    reportedNanos = now;
    synchronized (responses) {
      if (!ended.get() && responses.isReady()) {
        responses.onNext(
            AttachCollectionResponse.newBuilder()
                .setPhase(
                    switch (phase) {
                      case COPYING -> AttachPhase.ATTACH_PHASE_COPYING;
                      case STORING -> AttachPhase.ATTACH_PHASE_STORING;
                    })
                .setCompleted(done)
                .setTotal(total)
                .build());
      }
    }
  }

  @SuppressWarnings("CatchingUnchecked") // The last place before the network.
  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (CancellationException asked) {
      fail(new RefusedException(new Refusal.NotServing("stopping"))); // Or nobody listens.
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
    stopped = true;
  }

  private boolean end() {
    calls.forget(stop);
    return ended.compareAndSet(false, true);
  }
}
