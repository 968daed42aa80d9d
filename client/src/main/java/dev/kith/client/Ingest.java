package dev.kith.client;

import dev.kith.proto.v1.IngestAck;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestFinish;
import dev.kith.proto.v1.IngestFinished;
import dev.kith.proto.v1.IngestRejected;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.IngestStarted;
import dev.kith.proto.v1.PointError;
import dev.kith.proto.v1.PointServiceGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A bulk load: any number of batches over one stream, resumed by itself when the stream breaks.
///
/// Add the points, then [#finish()]. To resume a load that an earlier process left unfinished, open
/// the same session and add the same points again, in the same order and the same portions: what is
/// already durable is passed over without being sent. Thread-safe, though the order of points is
/// only meaningful from one thread.
public final class Ingest implements AutoCloseable {

  /*
   * Batches are numbered from 1. A batch is kept from the moment it is added until the server says
   * that it is durable:
   *
   *   durable <= sent <= added,    `unacknowledged` holds (durable, added]
   *
   * When a stream breaks, the next one begins with the server telling its durable number; the kept
   * batches up to it are dropped, the others are sent again from there. So nothing is lost, and
   * nothing is written twice, because the server passes over what it has.
   *
   * `finish` goes out only when nothing is kept. If the stream breaks after that, the server may
   * have forgotten the session, and finishing the empty session again does no harm.
   *
   * All fields are guarded by the lock. gRPC's observers neither block nor call back on the thread
   * that sends, so sending under the lock is safe. Messages of a stream that has been replaced are
   * told by its generation and ignored.
   */

  /// Batches kept at most, whatever the server would allow: bounds memory.
  private static final int MAX_WINDOW = 64;

  private final Rpc rpc;
  private final String collection;
  private final IngestOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private final ArrayDeque<Pending> unacknowledged = new ArrayDeque<>();
  private @Nullable ClientCallStreamObserver<IngestRequest> stream;
  private int generation;
  private boolean started;
  private boolean everStarted;
  private boolean paused;
  private boolean finishing;
  private boolean finishSent;
  private boolean finished;
  private int failures;
  private int window = MAX_WINDOW;
  private long added;
  private long sent;
  private long durable;
  private long written;
  private long rejected;
  private long skipped;
  private long lsn;
  private @Nullable KithException failed;

  /// A batch that is not known to be durable, and which of its points were refused so far.
  private record Pending(
      long sequence, IngestRequest message, List<PointId> ids, Set<Integer> refused) {}

  private Ingest(Rpc rpc, String collection, IngestOptions options) {
    this.rpc = rpc;
    this.collection = collection;
    this.options = options;
  }

  static Ingest open(Rpc rpc, String collection, IngestOptions options) {
    Ingest ingest = new Ingest(rpc, collection, options);
    ingest.connect();
    ingest.locked(
        () -> {
          ingest.await(() -> ingest.everStarted);
          return ingest;
        });
    return ingest;
  }

  /// Adds points, in portions of the size the options say. Waits while too much is under way.
  ///
  /// @throws KithException if the load has failed for good
  public void add(PointBatch points) {
    int from = 0;
    while (from < points.size()) {
      int to = points.chunkEnd(from, options.batchBytes(), options.batchPoints());
      add(points, from, to);
      from = to;
    }
  }

  private void add(PointBatch points, int from, int to) {
    locked(
        () -> {
          if (finishing) {
            throw new IllegalStateException("points were added to a load that is finished");
          }
          if (added < durable) {
            added++;
            skipped += to - from;
            return this;
          }
          await(() -> unacknowledged.size() < window);
          added++;
          IngestBatch batch =
              IngestBatch.newBuilder()
                  .setSequence(added)
                  .setPoints(Wire.batch(points, from, to))
                  .build();
          unacknowledged.add(
              new Pending(
                  added,
                  IngestRequest.newBuilder().setBatch(batch).build(),
                  points.ids().subList(from, to),
                  new HashSet<>()));
          pump();
          return this;
        });
  }

  /// Waits until everything added is durable, then ends and forgets the session.
  ///
  /// @throws KithException if the load has failed for good
  public IngestTotals finish() {
    return locked(
        () -> {
          finishing = true;
          pump();
          await(() -> finished);
          return totalsNow();
        });
  }

  /// Waits until everything added so far is durable.
  ///
  /// @throws KithException if the load has failed for good
  public IngestTotals flush() {
    return locked(
        () -> {
          long target = added;
          await(() -> durable >= target);
          return totalsNow();
        });
  }

  /// Where the load stands.
  public IngestTotals totals() {
    return locked(this::totalsNow);
  }

  /// Number of the last batch that is durable, counted over all runs of the session: a load that
  /// was just opened tells here where it goes on.
  public long durableBatches() {
    return locked(() -> durable);
  }

  /// Ends the stream. A load that was not finished can be resumed by opening its session again;
  /// batches not yet durable may or may not be written by then.
  @Override
  public void close() {
    locked(
        () -> {
          generation++;
          if (failed == null && !finished) {
            failed =
                new KithException(
                    "the load was closed",
                    KithException.Details.of(KithException.Code.CANCELLED),
                    null);
          }
          if (stream != null && !finished) {
            stream.cancel("closed by the caller", null);
          }
          stream = null;
          changed.signalAll();
          return this;
        });
  }

  private void connect() {
    locked(
        () -> {
          if (failed != null) {
            return this;
          }
          generation++;
          started = false;
          finishSent = false;
          paused = false;
          io.grpc.stub.StreamObserver<IngestRequest> requests =
              PointServiceGrpc.newStub(rpc.channel()).ingest(new Answers(generation));
          stream = (ClientCallStreamObserver<IngestRequest>) requests;
          requests.onNext(
              IngestRequest.newBuilder()
                  .setStart(
                      IngestStart.newBuilder()
                          .setCollection(collection)
                          .setSession(options.session())
                          .setDurability(Wire.durability(options.durability())))
                  .build());
          return this;
        });
  }

  /// Sends what may be sent.
  private void pump() {
    if (!started || paused || stream == null) {
      return;
    }
    for (Pending pending : unacknowledged) {
      if (pending.sequence() > durable + window) {
        break;
      }
      if (pending.sequence() > sent) {
        stream.onNext(pending.message());
        sent = pending.sequence();
      }
    }
    if (finishing && !finishSent && unacknowledged.isEmpty()) {
      stream.onNext(
          IngestRequest.newBuilder().setFinish(IngestFinish.getDefaultInstance()).build());
      stream.onCompleted();
      finishSent = true;
    }
  }

  private void onStarted(IngestStarted message) {
    long theirs = message.getSequence();
    boolean nothingLeft = finishing && unacknowledged.isEmpty();
    if (theirs < durable && !nothingLeft) {
      fail(
          "the server has lost batches of session %s that it had acknowledged: it stands at %d, not %d"
              .formatted(options.session(), theirs, durable));
      return;
    }
    if (message.getMaxBatchPoints() > 0 && message.getMaxBatchPoints() < options.batchPoints()) {
      fail(
          "the server takes batches of at most %d points, this load makes batches of %d"
              .formatted(message.getMaxBatchPoints(), options.batchPoints()));
      return;
    }
    window = Math.clamp(message.getWindow(), 1, MAX_WINDOW);
    started = true;
    everStarted = true;
    if (theirs > durable) {
      settle(theirs);
    }
    sent = durable;
    pump();
  }

  /// Everything up to `sequence` is durable.
  private void settle(long sequence) {
    while (!unacknowledged.isEmpty() && unacknowledged.peekFirst().sequence() <= sequence) {
      Pending pending = unacknowledged.removeFirst();
      written += pending.ids().size() - pending.refused().size();
    }
    durable = Math.max(durable, sequence);
    sent = Math.max(sent, durable);
    failures = 0;
  }

  private void onAck(IngestAck ack) {
    if (ack.getSequence() > sent) {
      fail(
          "the server acknowledged batch %d, but only %d were sent"
              .formatted(ack.getSequence(), sent));
      return;
    }
    settle(ack.getSequence());
    lsn = Math.max(lsn, ack.getLsn());
    pump();
  }

  private List<PointRejection> onRejected(IngestRejected message) {
    List<PointRejection> news = new ArrayList<>();
    for (Pending pending : unacknowledged) {
      if (pending.sequence() == message.getSequence()) {
        for (PointError error : message.getErrorsList()) {
          // A batch sent again after a break is refused again.
          if (pending.refused().add(Objects.checkIndex(error.getIndex(), pending.ids().size()))) {
            rejected++;
            news.add(
                new PointRejection(
                    message.getSequence(),
                    error.getIndex(),
                    pending.ids().get(error.getIndex()),
                    error.getProblem()));
          }
        }
      }
    }
    return news;
  }

  private void onBackoff(int milliseconds) {
    paused = true;
    int current = generation;
    Rpc.later(
        Duration.ofMillis(milliseconds),
        () ->
            locked(
                () -> {
                  if (generation == current) {
                    paused = false;
                    pump();
                  }
                  return this;
                }));
  }

  private void onFinished(IngestFinished message) {
    lsn = Math.max(lsn, message.getLsn());
    finished = true;
  }

  private void onBroken(Throwable cause) {
    started = false;
    stream = null;
    if (finished) {
      return;
    }
    Failures failure = rpc.read(cause);
    failures++;
    if (!failure.exception().retryable() || failures >= rpc.options().retry().attempts()) {
      failed = failure.exception();
      return;
    }
    Rpc.later(
        rpc.pause(failure, failures),
        () -> {
          rpc.wakeUp();
          connect();
        });
  }

  private void fail(String message) {
    failed =
        new KithException(
            message, KithException.Details.of(KithException.Code.FAILED_PRECONDITION), null);
    if (stream != null) {
      stream.cancel(message, null);
      stream = null;
    }
  }

  private IngestTotals totalsNow() {
    return new IngestTotals(written, rejected, skipped, lsn);
  }

  private interface Step<T> {
    T run();
  }

  private interface Reached {
    boolean now();
  }

  private <T> T locked(Step<T> step) {
    lock.lock();
    try {
      return step.run();
    } finally {
      lock.unlock();
    }
  }

  /// Waits, holding the lock, until a state is reached.
  private void await(Reached reached) {
    while (!reached.now()) {
      if (failed != null) {
        throw failed.rethrown();
      }
      try {
        changed.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new KithException(
            "interrupted while waiting for the server",
            KithException.Details.of(KithException.Code.CANCELLED),
            interrupted);
      }
    }
    if (failed != null) {
      throw failed.rethrown();
    }
  }

  /// What the server says on one stream.
  private final class Answers implements ClientResponseObserver<IngestRequest, IngestResponse> {
    private final int mine;

    Answers(int mine) {
      this.mine = mine;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<IngestRequest> requests) {}

    @Override
    public void onNext(IngestResponse message) {
      List<PointRejection> news =
          locked(
              () -> {
                if (mine != generation) {
                  return List.of();
                }
                List<PointRejection> refused = List.of();
                switch (message.getMessageCase()) {
                  case STARTED -> onStarted(message.getStarted());
                  case ACK -> onAck(message.getAck());
                  case BACKOFF -> onBackoff(message.getBackoff().getDelayMs());
                  case REJECTED -> refused = Ingest.this.onRejected(message.getRejected());
                  case FINISHED -> onFinished(message.getFinished());
                  case MESSAGE_NOT_SET ->
                      fail("the server sent an ingest message unknown to this client");
                }
                changed.signalAll();
                return refused;
              });
      news.forEach(options.onRejected());
    }

    @Override
    public void onError(Throwable failure) {
      locked(
          () -> {
            if (mine == generation) {
              onBroken(failure);
              changed.signalAll();
            }
            return this;
          });
    }

    @Override
    public void onCompleted() {
      onError(
          io.grpc.Status.UNAVAILABLE
              .withDescription("the server ended the stream before the load was finished")
              .asRuntimeException());
    }
  }
}
