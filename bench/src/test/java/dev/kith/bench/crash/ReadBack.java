package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.GetPointsResponse;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.Vector;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Holds a server to "an acknowledged write is always visible": reads what was just written.
final class ReadBack {
  private static final int GETS_IN = 8;
  private static final int SEARCHES_IN = 8;

  private final Ledger ledger;

  ReadBack(Ledger ledger) {
    this.ledger = ledger;
  }

  /// Reads some of these points, which the calling worker alone writes and has just written.
  void sometimes(Load load, List<PointId> ids, Random random) {
    if (random.nextInt(GETS_IN) == 0) {
      get(load, ids);
    }
    if (random.nextInt(SEARCHES_IN) == 0) {
      search(load, ids.get(random.nextInt(ids.size())));
    }
  }

  private List<Point> get(Load load, List<PointId> ids) {
    GetPointsResponse answer =
        load.connection()
            .points()
            .getPoints(
                GetPointsRequest.newBuilder()
                    .setCollection(ledger.collection())
                    .setIds(Ids.column(ids))
                    .build());
    if (answer.getMissingCount() > 0) {
      ledger.report(
          Verdict.Kind.ANSWER,
          "%d points are missing right after their write was acknowledged"
              .formatted(answer.getMissingCount()));
    }
    for (Point point : answer.getPointsList()) {
      checkBits(point.getId(), point.getVector().getData(), point.getPayload(), ledger);
    }
    if (new HashSet<>(answer.getPointsList().stream().map(Point::getId).toList()).size()
        != new HashSet<>(ids).size()) {
      ledger.report(Verdict.Kind.ANSWER, "GetPoints gave other ids than were asked for");
    }
    return answer.getPointsList();
  }

  private void search(Load load, PointId id) {
    List<Point> points = get(load, List.of(id));
    if (points.isEmpty()) {
      return; // Reported already.
    }
    ByteString vector = points.getFirst().getVector().getData();
    SearchResponse answer =
        load.connection().searches().search(nearest(ledger.collection(), vector, 3, true));
    load.countSearch();
    boolean found =
        answer.getHitsList().stream()
            .anyMatch(
                hit ->
                    hit.getId().equals(id)
                        && hit.getVersion() == points.getFirst().getVersion()
                        && hit.getVector().getData().equals(vector));
    if (!found) {
      ledger.report(
          Verdict.Kind.ANSWER,
          "an exact search does not find %s by its own vector; it found %s"
              .formatted(id, answer.getHitsList().stream().map(Hit::getId).toList()));
    }
  }

  /// A search for the points nearest to a vector, everything about them asked for.
  static SearchRequest nearest(String collection, ByteString vector, int limit, boolean exact) {
    return SearchRequest.newBuilder()
        .setCollection(collection)
        .setVector(Vector.newBuilder().setData(vector))
        .setOptions(SearchOptions.newBuilder().setLimit(limit).setExact(exact).setWithVector(true))
        .build();
  }

  /// Checks that vector and payload are of one write, bit for bit.
  static void checkBits(PointId id, ByteString vector, ByteString payload, Ledger ledger) {
    Contents.@Nullable Origin origin = Contents.originOf(payload);
    if (origin == null) {
      ledger.report(Verdict.Kind.CORRUPT, "a payload is none of ours: " + payload);
      return;
    }
    ByteString written = Contents.vector(origin.operation(), origin.place(), ledger.dimension());
    if (!written.equals(vector)) {
      ledger.report(
          Verdict.Kind.CORRUPT, "%s has the payload of %s, not its vector".formatted(id, origin));
    } else if (!Contents.payload(origin.operation(), origin.place(), id, written).equals(payload)) {
      ledger.report(
          Verdict.Kind.CORRUPT, "%s has not the payload bytes of %s".formatted(id, origin));
    }
  }
}
