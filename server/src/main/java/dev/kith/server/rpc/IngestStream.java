package dev.kith.server.rpc;

import dev.kith.proto.v1.IngestBackoff;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestRejected;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.IngestStarted;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.Durability;
import dev.kith.server.collection.IngestMark;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.WriteAck;
import dev.kith.server.refusal.PointError;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.rpc.PointMessages.ReadBatch;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One bulk load, from its start message to its end.
///
/// All state is touched by the stream's [SerialWork] alone: messages of the client, completions of
/// writes and timers are its tasks. Batches are handed to the collection in order, several at a
/// time, so that its committer can group them. When the collection cannot take one, those behind it
/// come back too (their sequence no longer fits), the stream waits until none is under way, and all
/// are handed over again in order. The collection knows the session's last batch, so a batch that
/// is handed over twice is written once.
///
/// The next message is asked for only while the window, the stream's bytes and the client's own
/// reading allow it; that is what bounds memory.
final class IngestStream implements StreamObserver<IngestRequest> {
  private static final Duration NO_BUDGET = Duration.ofMillis(100);

  private final IngestServices services;
  private final ServerCallStreamObserver<IngestResponse> responses;
  private final IngestOutput output;
  private final SerialWork work;
  private final Runnable stop = this::stopSoon;

  private Phase phase = Phase.AWAITING_START;
  private @Nullable Session session;
  private final Deque<IngestBatchState> pending = new ArrayDeque<>();
  private long pendingBytes;
  private int underWay;
  private boolean stalled;
  private boolean retryPending;
  private boolean paused;
  private boolean asked = true; // The first message was asked for when the stream was opened.
  private long lastReceived;
  private long lastLsn;
  private long written;
  private long rejected;

  /// Where a stream is in its life.
  private enum Phase {
    AWAITING_START,
    OPEN,
    /// `finish` has come; what is pending is being written.
    FINISHING,
    /// All is written; the session is being forgotten.
    FORGETTING,
    /// The client has closed its side without `finish`; the session stays.
    CLOSING,
    /// The server stops; the session stays.
    DRAINING,
    ENDED
  }

  /// What the start message said.
  private record Session(
      Collection collection, String name, Durability durability, IngestSessions.Key key) {}

  IngestStream(IngestServices services, ServerCallStreamObserver<IngestResponse> responses) {
    this.services = services;
    this.responses = responses;
    this.output = new IngestOutput(responses);
    this.work = new SerialWork(services.threads());
  }

  /// Takes control of the flow. To be called before the handler that made the stream returns.
  void open() {
    responses.disableAutoRequest();
    responses.setOnReadyHandler(() -> later(this::flush));
    responses.setOnCancelHandler(() -> later(this::end));
    services.calls().register(stop);
    responses.request(1);
  }

  @Override
  public void onNext(IngestRequest request) {
    later(() -> receive(request));
  }

  @Override
  public void onError(Throwable gone) {
    later(this::end);
  }

  @Override
  public void onCompleted() {
    later(
        () -> {
          if (phase == Phase.AWAITING_START) {
            throw Fields.invalid("start", "is required: it opens the stream");
          }
          if (phase == Phase.OPEN) {
            phase = Phase.CLOSING;
            endIfDone();
          }
        });
  }

  /// Ends the stream because another one has its session now.
  void supersede() {
    later(
        () -> {
          Session mine = session;
          throw new RefusedException(new Refusal.SessionTaken(mine == null ? "" : mine.name()));
        });
  }

  @SuppressWarnings("CatchingUnchecked") // The last place before the network.
  private void later(Runnable task) {
    work.execute(
        () -> {
          if (phase == Phase.ENDED) {
            return;
          }
          try {
            task.run();
          } catch (RuntimeException failure) {
            fail(failure);
          }
        });
  }

  private void flush() {
    output.flush();
    askForMore();
  }

  private void receive(IngestRequest request) {
    asked = false;
    switch (request.getMessageCase()) {
      case START -> start(request.getStart());
      case BATCH -> batch(request.getBatch(), request.getSerializedSize());
      case FINISH -> {
        opened();
        if (phase != Phase.OPEN) {
          throw Fields.invalid("finish", "must be the last message and come once");
        }
        phase = Phase.FINISHING;
        endIfDone();
      }
      case MESSAGE_NOT_SET -> throw Fields.invalid("message", "one of its kinds is required");
    }
    askForMore();
  }

  private void start(IngestStart start) {
    if (phase != Phase.AWAITING_START) {
      throw Fields.invalid("start", "must be the first message and come once");
    }
    Fields fields = new Fields();
    fields.name("start.collection", start.getCollection());
    fields.name("start.session", start.getSession());
    fields.refuseIfWrong();
    Durability durability =
        PointMessages.durability(start.getDurability(), start.getDurabilityValue());
    Collection collection = services.catalog().collection(start.getCollection());
    IngestSessions.Key key = new IngestSessions.Key(collection.info().number(), start.getSession());
    session = new Session(collection, start.getSession(), durability, key);
    services.sessions().take(key, this);
    lastReceived = collection.ingestPosition(start.getSession()).orElse(0);
    phase = Phase.OPEN;
    output.add(
        IngestResponse.newBuilder()
            .setStarted(
                IngestStarted.newBuilder()
                    .setSequence(lastReceived)
                    .setWindow(services.limits().ingestWindow())
                    .setMaxBatchPoints(services.limits().batchPoints())
                    .setMaxMessageBytes(services.limits().messageBytes()))
            .build());
  }

  private void batch(IngestBatch batch, int bytes) {
    Session mine = opened();
    if (phase != Phase.OPEN) {
      throw Fields.invalid("batch", "must not come after finish");
    }
    long sequence = batch.getSequence();
    if (Long.compareUnsigned(sequence, lastReceived) <= 0 && sequence != 0) {
      repeated(sequence);
      return;
    }
    if (sequence != lastReceived + 1) {
      throw new RefusedException(
          new Refusal.IngestSequence(mine.name(), lastReceived + 1, sequence));
    }
    int dimension = mine.collection().info().spec().space().dimension();
    ReadBatch read = services.points().batch("batch.points", batch.getPoints(), dimension);
    IngestBatchState state = new IngestBatchState(sequence, bytes, read);
    if (!read.unreadable().isEmpty()) {
      reject(state);
    }
    lastReceived = sequence;
    pending.add(state);
    pendingBytes += bytes;
    if (!stalled) {
      submit(state);
    }
  }

  /// Answers a batch that was sent again. One under way is acknowledged when it is durable.
  private void repeated(long sequence) {
    IngestBatchState oldest = pending.peekFirst();
    long durable = oldest == null ? lastReceived : oldest.sequence() - 1;
    if (sequence <= durable) {
      Session mine = opened();
      long lsn = lastLsn == 0 ? mine.collection().lsn() : lastLsn;
      output.acknowledge(durable, new WriteAck(lsn, mine.durability(), 0));
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes are dealt with.
  private void submit(IngestBatchState batch) {
    if (!batch.isPaid() && !services.budget().tryTake(batch.bytes())) {
      stall(new RefusedException(new Refusal.Overloaded(NO_BUDGET)));
      return;
    }
    batch.setPaid();
    batch.setSubmitted(true);
    underWay++;
    Session mine = opened();
    CompletableFuture<WriteAck> write;
    try {
      write =
          mine.collection()
              .upsert(
                  batch.batch(), mine.durability(), new IngestMark(mine.name(), batch.sequence()));
    } catch (RefusedException refused) {
      if (refused.refusal() instanceof Refusal.PointsRejected && !batch.isReduced()) {
        reject(batch);
        underWay--;
        submit(batch);
      } else {
        finished(batch, null, refused);
      }
      return;
    }
    write.whenComplete((ack, failure) -> work.execute(() -> afterWrite(batch, ack, failure)));
  }

  private void afterWrite(
      IngestBatchState batch, @Nullable WriteAck ack, @Nullable Throwable failure) {
    if (phase == Phase.ENDED) {
      return;
    }
    try {
      finished(batch, ack, failure);
    } catch (RuntimeException fault) {
      fail(fault);
    }
  }

  private void finished(
      IngestBatchState batch, @Nullable WriteAck ack, @Nullable Throwable failure) {
    underWay--;
    if (ack != null) {
      batch.acknowledge(ack);
      acknowledgeDone();
    } else {
      batch.setSubmitted(false);
      Throwable cause =
          failure instanceof CompletionException wrapped && wrapped.getCause() != null
              ? wrapped.getCause()
              : failure;
      stall(cause);
    }
    if (stalled && underWay == 0 && phase != Phase.ENDED && !retryPending) {
      resume();
    }
    endIfDone();
    askForMore();
  }

  private void stall(@Nullable Throwable cause) {
    Refusal refusal = cause instanceof RefusedException refused ? refused.refusal() : null;
    if (refusal instanceof Refusal.Overloaded(Duration retryAfter)) {
      stalled = true;
      if (!retryPending) {
        retryPending = true;
        backOff(retryAfter);
        retryLater(
            () -> {
              retryPending = false;
              if (underWay == 0) {
                resume();
              }
            },
            retryAfter);
      }
    } else if (refusal instanceof Refusal.IngestSequence && stalled) {
      return; // Comes behind a batch that must go again first.
    } else {
      fail(cause == null ? new IllegalStateException("a write ended without outcome") : cause);
    }
  }

  /// Hands all batches that are not under way over again, in order, until one is refused.
  private void resume() {
    stalled = false;
    for (IngestBatchState batch : List.copyOf(pending)) {
      if (stalled || phase == Phase.ENDED) {
        return;
      }
      if (!batch.isSubmitted()) {
        submit(batch);
      }
    }
  }

  private void acknowledgeDone() {
    IngestBatchState last = null;
    for (IngestBatchState oldest = pending.peekFirst();
        oldest != null && oldest.ack() != null;
        oldest = pending.peekFirst()) {
      pending.removeFirst();
      release(oldest);
      WriteAck ack = oldest.ack();
      if (ack != null) {
        lastLsn = ack.lsn();
        written += ack.points();
      }
      last = oldest;
    }
    WriteAck ack = last == null ? null : last.ack();
    if (last != null && ack != null) {
      output.acknowledge(last.sequence(), ack);
    }
  }

  /// Tells which points of a batch cannot be stored, and goes on without them.
  private void reject(IngestBatchState batch) {
    Collection collection = opened().collection();
    List<PointError> errors = batch.read().errorsOf(collection);
    IngestRejected.Builder message = IngestRejected.newBuilder().setSequence(batch.sequence());
    for (PointError error : errors) {
      dev.kith.proto.v1.PointError.Builder one =
          message.addErrorsBuilder().setIndex(error.index()).setProblem(error.problem());
      PointId id = batch.read().ids().get(error.index());
      if (id != null) {
        one.setId(PointIdMessages.write(id));
      }
    }
    batch.reduce(errors, collection.info().spec().space().dimension());
    rejected += errors.size();
    output.add(IngestResponse.newBuilder().setRejected(message).build());
  }

  private void backOff(Duration delay) {
    output.add(
        IngestResponse.newBuilder()
            .setBackoff(IngestBackoff.newBuilder().setDelayMs(Math.toIntExact(delay.toMillis())))
            .build());
  }

  private void retryLater(Runnable step, Duration delay) {
    CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> later(step));
  }

  private Session opened() {
    Session mine = session;
    if (mine == null) {
      throw Fields.invalid("start", "is required: it must be the first message");
    }
    return mine;
  }

  private void askForMore() {
    if (phase == Phase.FINISHING && !asked) {
      asked = true;
      responses.request(1); // To see a message that must not come, or the client's close.
    }
    if (phase != Phase.OPEN
        || asked
        || paused
        || pending.size() >= services.limits().ingestWindow()
        || pendingBytes >= services.limits().messageBytes()
        || !output.isFlowing()) {
      return;
    }
    Optional<Duration> pause = opened().collection().backoff();
    if (pause.isPresent()) {
      paused = true;
      backOff(pause.get());
      retryLater(
          () -> {
            paused = false;
            askForMore();
          },
          pause.get());
    } else {
      asked = true;
      responses.request(1);
    }
  }

  private void stopSoon() {
    later(this::drain);
  }

  private void drain() {
    if (phase == Phase.AWAITING_START || phase == Phase.OPEN) {
      phase = Phase.DRAINING;
    }
    endIfDone();
  }

  private void endIfDone() {
    if (!pending.isEmpty()) {
      return;
    }
    switch (phase) {
      case FINISHING -> finish();
      case CLOSING -> {
        output.flushAll();
        end();
        responses.onCompleted();
      }
      case DRAINING -> {
        output.flushAll();
        throw new RefusedException(new Refusal.NotServing("stopping"));
      }
      case AWAITING_START, OPEN, FORGETTING, ENDED -> {}
    }
  }

  /// Forgets the session as durably as its batches were written, and only then says that it is
  /// finished: whoever uses the name again must not find the old position after a crash, or the new
  /// batches would count as written.
  @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes are dealt with.
  private void finish() {
    Session mine = opened();
    phase = Phase.FORGETTING;
    mine.collection()
        .endIngest(mine.name())
        .whenComplete((ack, failure) -> work.execute(() -> afterForgetting(failure)));
  }

  private void afterForgetting(@Nullable Throwable failure) {
    if (failure != null) {
      fail(failure);
    } else if (phase != Phase.ENDED) {
      output.finish(written, rejected, lastLsn);
      end();
      responses.onCompleted();
    }
  }

  private void fail(Throwable failure) {
    if (phase != Phase.ENDED) {
      output.flushAll();
      end();
      responses.onError(Answer.status(failure));
    }
  }

  /// Lets go of everything. Writes under way go on; their outcome is kept by the session.
  private void end() {
    phase = Phase.ENDED;
    services.calls().forget(stop);
    pending.forEach(this::release);
    pending.clear();
    Session mine = session;
    if (mine != null) {
      services.sessions().leave(mine.key(), this);
    }
  }

  private void release(IngestBatchState batch) {
    pendingBytes -= batch.bytes();
    if (batch.isPaid()) {
      services.budget().give(batch.bytes());
    }
  }
}
