package dev.kith.bench.crash;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestFinish;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointId;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Loads batches over ingest streams: breaks off, resumes, repeats, finishes.
///
/// A session outlives streams and servers. Batches that a resumed stream does not count are sent
/// again, as they were; now and then one that it does count is sent again too, and must change
/// nothing.
final class IngestWorker implements Load.Worker {
  private static final int PATIENCE_SECONDS = 40;
  private static final int OWN_IDS = 2_000;

  private final Ledger ledger;
  private final int space;
  private final boolean mixedDurabilities;
  private final TreeMap<Long, Sent> unacknowledged = new TreeMap<>();
  private int sessions;
  private String session = "";
  private Durability durability = Durability.DURABILITY_DISK;
  private long sequence;
  private long sentBefore;
  private boolean struck;
  private @Nullable IngestBatch lastDurable;

  private record Sent(Operation write, IngestBatch message) {}

  /// @param mixedDurabilities whether some sessions ask for OS instead of DISK
  IngestWorker(Ledger ledger, int space, boolean mixedDurabilities) {
    this.ledger = ledger;
    this.space = space;
    this.mixedDurabilities = mixedDurabilities;
  }

  @Override
  public void begin() {
    // What was unanswered at the blow is settled; a session that is over has been forgotten.
    unacknowledged.clear();
    struck = true;
  }

  @Override
  public void work(Load load, Random random) {
    if (!ledger.isOpen(session)) {
      session = "session-%d-%d".formatted(space, ++sessions);
      durability =
          mixedDurabilities && random.nextInt(3) == 0
              ? Durability.DURABILITY_OS
              : Durability.DURABILITY_DISK;
      sequence = 0;
      struck = false;
      unacknowledged.clear();
      lastDurable = null;
    }
    Stream stream = new Stream(load);
    try {
      run(stream, load, random);
    } catch (StatusRuntimeException failure) {
      load.failed("ingest", failure);
    } finally {
      stream.abandon();
    }
  }

  private void run(Stream stream, Load load, Random random) {
    stream.send(
        IngestRequest.newBuilder()
            .setStart(
                IngestStart.newBuilder()
                    .setCollection(ledger.collection())
                    .setSession(session)
                    .setDurability(durability))
            .build());
    IngestResponse first = stream.take();
    if (!first.hasStarted()) {
      ledger.report(Verdict.Kind.ANSWER, "an ingest stream starts with " + first);
      return;
    }
    resume(stream, first.getStarted().getSequence(), random);
    int window = Math.max(1, first.getStarted().getWindow());
    int batches = 1 + random.nextInt(25);
    for (int i = 0; i < batches && !load.isOver(); i++) {
      while (unacknowledged.size() >= window) {
        accept(stream.take(), load);
      }
      for (IngestResponse early = stream.poll(); early != null; early = stream.poll()) {
        accept(early, load);
      }
      sendNew(stream, random);
    }
    if (random.nextInt(4) == 0 || load.isOver()) {
      return; // Breaks off; the next stream goes on.
    }
    while (!unacknowledged.isEmpty()) {
      accept(stream.take(), load);
    }
    if (random.nextInt(3) == 0) {
      finish(stream, load);
    }
  }

  private void resume(Stream stream, long durable, Random random) {
    if (struck) {
      sequence = ledger.settledPosition(session);
      struck = false;
    }
    if (durable < sequence - unacknowledged.size() || durable > sequence) {
      ledger.report(
          Verdict.Kind.SESSION,
          "session %s resumes after %d; sent %d, of which %d unacknowledged"
              .formatted(session, durable, sequence, unacknowledged.size()));
    }
    if (durable > 0 && !unacknowledged.isEmpty()) {
      ledger.acknowledgeDurable(session, durable);
    }
    while (!unacknowledged.isEmpty() && unacknowledged.firstKey() <= durable) {
      lastDurable = unacknowledged.pollFirstEntry().getValue().message();
    }
    if (lastDurable != null && lastDurable.getSequence() == durable && random.nextBoolean()) {
      stream.send(IngestRequest.newBuilder().setBatch(lastDurable).build());
    }
    sentBefore = sequence;
    for (Sent sent : unacknowledged.values()) {
      stream.send(IngestRequest.newBuilder().setBatch(sent.message()).build());
    }
  }

  private void sendNew(Stream stream, Random random) {
    int size = 1 + random.nextInt(100);
    List<PointId> ids = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      ids.add(Ids.of(space, random.nextInt(OWN_IDS)));
    }
    Operation write = ledger.beginIngest(session, ++sequence, ids, durability);
    PointBatch points = Writer.batch(write, ledger.dimension());
    IngestBatch message = IngestBatch.newBuilder().setSequence(sequence).setPoints(points).build();
    unacknowledged.put(sequence, new Sent(write, message));
    stream.send(IngestRequest.newBuilder().setBatch(message).build());
  }

  private void accept(IngestResponse response, Load load) {
    switch (response.getMessageCase()) {
      case ACK -> {
        long upTo = response.getAck().getSequence();
        if (upTo > sequence
            || response.getAck().getDurability().getNumber() < durability.getNumber()) {
          ledger.report(
              Verdict.Kind.ANSWER,
              "%s was sent up to %d; the answer is %s".formatted(session, sequence, response));
        }
        if (unacknowledged.containsKey(upTo)) {
          load.countWrite();
          // A batch that was sent again may have been written by the stream before, at any LSN.
          ledger.acknowledgeThrough(session, upTo, response.getAck().getLsn(), upTo > sentBefore);
        }
        while (!unacknowledged.isEmpty() && unacknowledged.firstKey() <= upTo) {
          lastDurable = unacknowledged.pollFirstEntry().getValue().message();
        }
      }
      case BACKOFF -> Pace.pauseMillis(Math.min(response.getBackoff().getDelayMs(), 1_000));
      default ->
          ledger.report(Verdict.Kind.ANSWER, "%s was answered %s".formatted(session, response));
    }
  }

  private void finish(Stream stream, Load load) {
    String finishing = session;
    ledger.finishing(finishing);
    session = ""; // However this ends, the next stream opens another.
    stream.send(IngestRequest.newBuilder().setFinish(IngestFinish.getDefaultInstance()).build());
    IngestResponse last = stream.take();
    while (last.hasAck() || last.hasBackoff()) {
      accept(last, load);
      last = stream.take();
    }
    if (last.hasFinished()) {
      ledger.finished(finishing);
    } else {
      ledger.report(Verdict.Kind.ANSWER, "a finish was answered with " + last);
    }
  }

  /// One ingest stream, seen from a thread that waits.
  private static final class Stream implements StreamObserver<IngestResponse> {
    private final Load load;
    private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
    private final StreamObserver<IngestRequest> requests;

    Stream(Load load) {
      this.load = load;
      this.requests = load.connection().streams().ingest(this);
    }

    void send(IngestRequest request) {
      requests.onNext(request);
    }

    void abandon() {
      requests.onError(Status.CANCELLED.withDescription("broken off").asRuntimeException());
    }

    @Nullable IngestResponse poll() {
      Object answer = answers.poll();
      return answer == null ? null : response(answer);
    }

    IngestResponse take() {
      try {
        Object answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
          load.surprise("an ingest stream was silent for " + PATIENCE_SECONDS + " s");
          throw Status.DEADLINE_EXCEEDED.withDescription("silence").asRuntimeException();
        }
        return response(answer);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw Status.CANCELLED.asRuntimeException();
      }
    }

    private static IngestResponse response(Object answer) {
      if (answer instanceof IngestResponse response) {
        return response;
      }
      throw (StatusRuntimeException) answer;
    }

    @Override
    public void onNext(IngestResponse response) {
      answers.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      answers.add(Status.fromThrowable(failure).asRuntimeException());
    }

    @Override
    public void onCompleted() {
      answers.add(Status.UNAVAILABLE.withDescription("the stream ended").asRuntimeException());
    }
  }
}
