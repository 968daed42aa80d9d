package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CountPointsResponse;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.GetPointsResponse;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.VectorMatrix;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks at everything a restarted server holds, in every way the contract offers, and compares the
/// views with each other.
final class Inspector {
  private static final int SAMPLE = 200;

  private final Connection connection;
  private final Random random;
  private long sought;
  private long found;

  Inspector(Connection connection, Random random) {
    this.connection = connection;
    this.random = random;
  }

  /// Points sought by their own vectors through the index, not exactly.
  long sought() {
    return sought;
  }

  /// How many of them were the nearest to themselves.
  long found() {
    return found;
  }

  /// Scrolls a whole collection and asks where the ledger's ingest sessions stand.
  Observation observe(Ledger ledger, Verdict verdict) {
    Map<PointId, Observation.Seen> points = scroll(ledger, verdict);
    Map<String, Long> sessions = new HashMap<>();
    for (String session : ledger.sessions()) {
      sessions.put(session, position(ledger, session));
    }
    return new Observation(points, count(ledger).getLsn(), sessions);
  }

  /// Holds counts, statistics, gets, searches and the server's own verification against a scroll.
  void compare(Ledger ledger, Observation seen, Verdict verdict) {
    long count = count(ledger).getPointCount();
    long stats =
        connection
            .collections()
            .getCollectionStats(
                GetCollectionStatsRequest.newBuilder().setName(ledger.collection()).build())
            .getPointCount();
    int size = seen.points().size();
    VerifyCollectionResponse verified =
        connection
            .collections()
            .verifyCollection(
                VerifyCollectionRequest.newBuilder().setName(ledger.collection()).build());
    if (count != size || stats != size || verified.getPointCount() != size) {
      verdict.add(
          Verdict.Kind.ANSWER,
          "%s: a scroll gives %d points, CountPoints %d, the statistics %d, VerifyCollection %d"
              .formatted(ledger.collection(), size, count, stats, verified.getPointCount()));
    }
    for (String violation : verified.getViolationsList()) {
      verdict.add(Verdict.Kind.INVARIANT, ledger.collection() + ": " + violation);
    }
    List<PointId> sample = new ArrayList<>(seen.points().keySet());
    Collections.shuffle(sample, random);
    sample = sample.subList(0, Math.min(SAMPLE, sample.size()));
    compareGets(ledger, seen, sample, verdict);
    if (!sample.isEmpty()) {
      compareSearches(ledger, seen, sample, true, verdict);
      compareSearches(ledger, seen, sample, false, verdict);
    }
  }

  private CountPointsResponse count(Ledger ledger) {
    return connection
        .points()
        .countPoints(CountPointsRequest.newBuilder().setCollection(ledger.collection()).build());
  }

  private Map<PointId, Observation.Seen> scroll(Ledger ledger, Verdict verdict) {
    Map<PointId, Observation.Seen> points = new LinkedHashMap<>();
    ByteString cursor = ByteString.EMPTY;
    boolean end = false;
    while (!end) {
      // In pieces, so that cursors are held to their word too.
      Iterator<ScrollResponse> pages =
          connection
              .points()
              .scroll(
                  ScrollRequest.newBuilder()
                      .setCollection(ledger.collection())
                      .setCursor(cursor)
                      .setLimit(500 + random.nextInt(5_000))
                      .setWithVector(true)
                      .build());
      ByteString before = cursor;
      while (pages.hasNext()) {
        ScrollResponse page = pages.next();
        for (Point point : page.getPointsList()) {
          Observation.Seen seen =
              new Observation.Seen(
                  point.getVersion(), point.getVector().getData(), point.getPayload());
          if (points.put(point.getId(), seen) != null) {
            verdict.add(Verdict.Kind.ANSWER, "a scroll gives %s twice".formatted(point.getId()));
          }
        }
        cursor = page.getCursor();
        end = page.getEnd();
      }
      if (!end && cursor.equals(before)) {
        verdict.add(Verdict.Kind.ANSWER, "a scroll stands still at " + cursor);
        end = true;
      }
    }
    return points;
  }

  private long position(Ledger ledger, String session) {
    CompletableFuture<Long> position = new CompletableFuture<>();
    StreamObserver<IngestRequest> requests =
        connection
            .streams()
            .ingest(
                new StreamObserver<>() {
                  @Override
                  public void onNext(IngestResponse response) {
                    position.complete(
                        response.hasStarted() ? response.getStarted().getSequence() : -1);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    position.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    position.complete(-1L);
                  }
                });
    requests.onNext(
        IngestRequest.newBuilder()
            .setStart(
                IngestStart.newBuilder().setCollection(ledger.collection()).setSession(session))
            .build());
    try {
      return position.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IllegalStateException("session " + session + " cannot be resumed", failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    } finally {
      requests.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  private void compareGets(Ledger ledger, Observation seen, List<PointId> sample, Verdict verdict) {
    List<PointId> ids = new ArrayList<>(sample);
    Set<PointId> absent = new HashSet<>();
    for (int i = 0; i < SAMPLE; i++) {
      PointId id = Ids.of(random.nextInt(8), random.nextInt(2_000));
      if (!seen.points().containsKey(id) && absent.add(id)) {
        ids.add(id);
      }
    }
    if (ids.isEmpty()) {
      return;
    }
    Collections.shuffle(ids, random);
    GetPointsResponse answer =
        connection
            .points()
            .getPoints(
                GetPointsRequest.newBuilder()
                    .setCollection(ledger.collection())
                    .setIds(Ids.column(ids))
                    .build());
    if (!new HashSet<>(answer.getMissingList()).equals(absent)) {
      verdict.add(
          Verdict.Kind.ANSWER,
          "%s: GetPoints misses %d points, a scroll %d"
              .formatted(ledger.collection(), answer.getMissingCount(), absent.size()));
    }
    for (Point point : answer.getPointsList()) {
      Observation.Seen got =
          new Observation.Seen(point.getVersion(), point.getVector().getData(), point.getPayload());
      if (!got.equals(seen.points().get(point.getId()))) {
        verdict.add(
            Verdict.Kind.ANSWER,
            "%s: GetPoints and a scroll differ about %s"
                .formatted(ledger.collection(), point.getId()));
      }
    }
  }

  /// Searches each point of the sample by its own vector. An exact search must find it; whatever
  /// any search finds must be what the scroll gave.
  private void compareSearches(
      Ledger ledger, Observation seen, List<PointId> sample, boolean exact, Verdict verdict) {
    VectorMatrix.Builder queries = VectorMatrix.newBuilder().setDimension(ledger.dimension());
    queries.setData(ByteString.copyFrom(sample.stream().map(id -> vectorOf(seen, id)).toList()));
    SearchBatchResponse answer =
        connection
            .searches()
            .searchBatch(
                SearchBatchRequest.newBuilder()
                    .setCollection(ledger.collection())
                    .setVectors(queries)
                    .setOptions(
                        SearchOptions.newBuilder().setLimit(5).setExact(exact).setWithVector(true))
                    .build());
    if (answer.getResultsCount() != sample.size()) {
      verdict.add(Verdict.Kind.ANSWER, "a batch of searches has another number of results");
      return;
    }
    for (int i = 0; i < sample.size(); i++) {
      PointId id = sample.get(i);
      boolean itself = false;
      for (Hit hit : answer.getResults(i).getHitsList()) {
        Observation.Seen got =
            new Observation.Seen(hit.getVersion(), hit.getVector().getData(), hit.getPayload());
        if (!got.equals(seen.points().get(hit.getId()))) {
          verdict.add(
              seen.points().containsKey(hit.getId()) ? Verdict.Kind.ANSWER : Verdict.Kind.PHANTOM,
              "%s: a search finds %s, which a scroll does not give so"
                  .formatted(ledger.collection(), hit.getId()));
        }
        itself |= hit.getId().equals(id);
      }
      if (exact && !itself) {
        verdict.add(
            Verdict.Kind.LOST,
            "%s: an exact search does not find %s by its own vector"
                .formatted(ledger.collection(), id));
      }
      if (!exact) {
        sought++;
        found += itself ? 1 : 0;
      }
    }
  }

  private static ByteString vectorOf(Observation seen, PointId id) {
    Observation.Seen point = seen.points().get(id);
    return point == null ? ByteString.EMPTY : point.vector();
  }
}
