package dev.kith.server.rpc;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.PointScan;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One walk through a collection, at the pace of its reader.
///
/// While the reader is ready, a thread of the call pool scans and sends. When the reader is not,
/// the scan is closed and the thread goes; the next readiness opens a scan after the last point
/// sent. So a slow or silent reader costs neither a thread, nor a snapshot of the store, nor more
/// memory than one message.
final class ScrollStream {
  private static final int MAX_POINTS = 1_000;
  private static final long MAX_BYTES = 1 << 20;

  private final CallPool pool;
  private final ActiveCalls calls;
  private final ServerCallStreamObserver<ScrollResponse> responses;
  private final Runnable stop = this::stop;

  /// Wishes for the pump to run. It runs while there is one, on one thread at a time.
  private final AtomicInteger wishes = new AtomicInteger();

  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean stopping;
  private @Nullable Supplier<Walk> request;

  // Read and written by the pump alone.
  private @Nullable Walk walk;
  private @Nullable PointId last;
  private long left;

  ScrollStream(
      CallPool pool, ActiveCalls calls, ServerCallStreamObserver<ScrollResponse> responses) {
    this.pool = pool;
    this.calls = calls;
    this.responses = responses;
  }

  /// What a walk is to send.
  ///
  /// @param collection to walk through
  /// @param after where it starts; null for the first point
  /// @param limit points at most, as an unsigned number
  /// @param vectors whether to send vectors
  /// @param payloads whether to send payloads
  record Walk(
      Collection collection,
      @Nullable PointId after,
      long limit,
      boolean vectors,
      boolean payloads) {}

  /// Sends what the reader is ready for, soon.
  void wake() {
    if (ended.get() || wishes.getAndIncrement() > 0) {
      return;
    }
    try {
      pool.execute(this::pump);
    } catch (RefusedException refused) {
      fail(refused);
    }
  }

  /// Begins. To be called once, before any wish.
  ///
  /// @param request finds out what to send, on a thread of the pool; may refuse
  void start(Supplier<Walk> request) {
    this.request = request;
    calls.register(stop);
    wake();
  }

  /// Ends the stream because the reader has left.
  void cancelled() {
    ended.set(true);
    calls.forget(stop);
  }

  private void stop() {
    stopping = true;
    wake();
  }

  @SuppressWarnings("CatchingUnchecked") // The last place before the network.
  private void pump() {
    int seen = wishes.get();
    do {
      try {
        send();
      } catch (Exception failure) {
        fail(failure);
      }
      seen = wishes.addAndGet(-seen);
    } while (seen > 0 && !ended.get());
  }

  private Walk walk() {
    Walk known = walk;
    if (known == null) {
      known = Objects.requireNonNull(request, "started").get();
      walk = known;
      last = known.after();
      left = known.limit();
    }
    return known;
  }

  private void send() {
    Walk now = walk();
    if (left == 0) {
      end(); // Asked for none.
      return;
    }
    if (!responses.isReady() && !stopping) {
      return;
    }
    try (PointScan scan = now.collection().scan(last, now.vectors(), now.payloads())) {
      while (!ended.get()) {
        if (stopping) {
          throw new RefusedException(new Refusal.NotServing("stopping"));
        }
        if (!responses.isReady()) {
          return;
        }
        boolean atEnd = sendMessage(scan, now);
        if (atEnd || left == 0) {
          end();
        }
      }
    }
  }

  private boolean sendMessage(PointScan scan, Walk now) {
    ScrollResponse.Builder message = ScrollResponse.newBuilder();
    long bytes = 0;
    while (message.getPointsCount() < MAX_POINTS && bytes < MAX_BYTES && left != 0) {
      if (!scan.hasNext()) {
        break;
      }
      StoredPoint point = scan.next();
      message.addPoints(PointMessages.write(point));
      bytes += PointMessages.bytes(point);
      last = point.id();
      left--;
    }
    boolean atEnd = !scan.hasNext();
    PointId position = last;
    ByteString cursor =
        position == null
            ? ByteString.EMPTY
            : new ScrollCursor(now.collection().info().number(), position).write();
    responses.onNext(message.setCursor(cursor).setEnd(atEnd).build());
    return atEnd;
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      calls.forget(stop);
      responses.onCompleted();
    }
  }

  private void fail(Exception failure) {
    if (ended.compareAndSet(false, true)) {
      calls.forget(stop);
      responses.onError(Answer.status(failure));
    }
  }
}
