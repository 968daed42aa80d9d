package dev.kith.server.rpc;

import dev.kith.proto.v1.JudgedQueries;
import dev.kith.server.collection.Collection;
import dev.kith.server.config.Limits;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.relevance.JudgedQuery;
import dev.kith.server.relevance.RelevanceTrainer;
import dev.kith.server.relevance.TrainingPhase;
import dev.kith.server.relevance.TrainingWatch;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One training or evaluation: takes judged queries, then does the work on the trainer's thread and
/// tells how it comes along. Ends when the caller leaves, or the server stops; nothing is kept
/// then.
///
/// Messages are read by the stream's [SerialWork], one at a time, and the next one is asked for
/// when the last is read. All that they hold, and what will be made of it, is paid for out of a
/// budget that such streams share, and given back at the end.
///
/// @param <Q> what the caller sends
/// @param <A> what it is told
final class JudgedStream<Q, A> implements StreamObserver<Q> {

  /// Most queries that one training takes.
  static final int MAX_QUERIES = 200_000;

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final Services services;
  private final Call<Q, A> call;
  private final ServerCallStreamObserver<A> responses;
  private final SerialWork reading;
  private final Runnable stop = this::stop;
  private final List<JudgedQuery> queries = new ArrayList<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private @Nullable Job<A> job;
  private long paid;
  private @Nullable TrainingPhase reportedPhase;
  private long reportedNanos;
  private volatile boolean stopped;
  private volatile boolean working;

  /// What such streams share.
  ///
  /// @param trainer does the work
  /// @param ids reads ids
  /// @param budget memory of all of them
  /// @param limits of the server
  /// @param calls knows what is to end when the server stops
  /// @param threads for reading
  record Services(
      RelevanceTrainer trainer,
      PointIdMessages ids,
      ByteBudget budget,
      Limits limits,
      ActiveCalls calls,
      Executor threads) {}

  /// What tells one kind of call from another.
  interface Call<Q, A> {
    /// Reads the first message.
    Job<A> open(Q first);

    /// Reads any other one.
    JudgedQueries queries(Q message);
  }

  /// What one call asks for.
  interface Job<A> {
    /// Over whose points.
    Collection collection();

    /// Candidates that are looked for.
    int candidates();

    /// Does it, and returns the last answer.
    A run(List<JudgedQuery> queries, TrainingWatch watch);

    /// Says how far it is.
    A progress(TrainingPhase phase, long done, long total);
  }

  JudgedStream(Services services, Call<Q, A> call, ServerCallStreamObserver<A> responses) {
    this.services = services;
    this.call = call;
    this.responses = responses;
    this.reading = new SerialWork(services.threads());
  }

  /// Takes control of the flow. To be called before the handler that made the stream returns.
  StreamObserver<Q> open() {
    responses.disableAutoRequest();
    responses.setOnCancelHandler(this::leave);
    services.calls().register(stop);
    responses.request(1);
    return this;
  }

  @Override
  public void onNext(Q message) {
    reading.execute(
        () ->
            attempt(
                () -> {
                  if (!ended.get()) {
                    receive(message);
                    responses.request(1);
                  }
                }));
  }

  @Override
  public void onError(Throwable gone) {
    leave();
  }

  @Override
  public void onCompleted() {
    reading.execute(() -> attempt(this::start));
  }

  private void receive(Q message) {
    Job<A> current = job;
    if (current == null) {
      services.trainer().requireIdle();
      job = call.open(message);
      return;
    }
    JudgedQueries judged = call.queries(message);
    List<JudgedQuery> more =
        JudgedMessages.read(judged, current.collection().info().spec().space(), services.ids());
    if (queries.size() + more.size() > MAX_QUERIES) {
      throw Fields.invalid(
          "queries",
          "must be at most %,d in all, got %,d already"
              .formatted(MAX_QUERIES, queries.size() + more.size()));
    }
    pay(more, current.candidates());
    queries.addAll(more);
    report(current, TrainingPhase.RECEIVING, queries.size(), MAX_QUERIES);
  }

  private void pay(List<JudgedQuery> more, int candidates) {
    long bytes = 0;
    for (JudgedQuery query : more) {
      bytes +=
          JudgedQuery.bytes(query.vector().length, query.grades().length)
              + JudgedQuery.listBytes(query.vector().length, candidates);
    }
    long limit = services.limits().trainingBytes();
    if (paid + bytes > limit) {
      throw Fields.invalid(
          "queries",
          ("take %,d bytes with their candidates, and the server's setting limits.training-bytes"
                  + " allows %,d: send fewer, or ask for fewer candidates")
              .formatted(paid + bytes, limit));
    }
    // Taken under the lock that giving back takes, so that what is taken late is given back too.
    synchronized (responses) {
      if (!ended.get() && !services.budget().tryTake(bytes)) {
        throw new RefusedException(new Refusal.TrainingUnderWay(RETRY_AFTER));
      }
      paid += ended.get() ? 0 : bytes;
    }
  }

  private void start() {
    Job<A> current = job;
    if (ended.get()) {
      return;
    }
    if (current == null) {
      throw Fields.invalid("spec", "is required: it must be the first message");
    }
    RelevanceTrainer.Turn turn = services.trainer().takeTurn();
    working = true;
    turn.run(() -> attempt(() -> work(current, turn)));
  }

  private void work(Job<A> current, RelevanceTrainer.Turn turn) {
    A last;
    // The turn is over before the caller hears of it: it may come with another training at once.
    try (turn) {
      last = current.run(queries, (phase, done, total) -> report(current, phase, done, total));
    }
    synchronized (responses) {
      if (end()) {
        responses.onNext(last);
        responses.onCompleted();
      }
    }
  }

  private void report(Job<A> current, TrainingPhase phase, long done, long total) {
    if (stopped) {
      throw new CancellationException("stopped");
    }
    long now = System.nanoTime();
    if (phase == reportedPhase && now - reportedNanos < INTERVAL_NANOS) {
      return;
    }
    reportedPhase = phase;
    reportedNanos = now;
    synchronized (responses) {
      if (!ended.get() && responses.isReady()) {
        responses.onNext(current.progress(phase, done, total));
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

  /// The caller has left.
  private void leave() {
    stopped = true;
    if (!working) {
      synchronized (responses) {
        end();
      }
    }
  }

  private void stop() {
    stopped = true;
    if (!working) {
      fail(new RefusedException(new Refusal.NotServing("stopping")));
    }
  }

  private boolean end() {
    services.calls().forget(stop);
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    services.budget().give(paid);
    paid = 0;
    return true;
  }
}
