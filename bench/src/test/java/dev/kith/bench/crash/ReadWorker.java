package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.SearchResponse;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Searches and scrolls while others write, and holds every answer to what is true of any moment:
/// no point twice, scores descend, vector and payload are of one write.
final class ReadWorker implements Load.Worker {
  private final List<Ledger> ledgers;

  ReadWorker(List<Ledger> ledgers) {
    this.ledgers = List.copyOf(ledgers);
  }

  @Override
  public void work(Load load, Random random) {
    Ledger ledger = ledgers.get(random.nextInt(ledgers.size()));
    switch (random.nextInt(12)) {
      case 0 -> scroll(load, ledger, 1 + random.nextInt(3_000));
      case 1 ->
          load.connection()
              .points()
              .countPoints(
                  CountPointsRequest.newBuilder().setCollection(ledger.collection()).build());
      default -> search(load, ledger, random);
    }
    Pace.pauseMillis(2);
  }

  private static void search(Load load, Ledger ledger, Random random) {
    ByteString vector = Contents.vector(random.nextInt(100_000), 1, ledger.dimension());
    SearchResponse answer =
        load.connection()
            .searches()
            .search(
                ReadBack.nearest(
                    ledger.collection(), vector, 1 + random.nextInt(30), random.nextBoolean()));
    load.countSearch();
    Set<PointId> ids = new HashSet<>();
    float best = Float.POSITIVE_INFINITY;
    for (Hit hit : answer.getHitsList()) {
      if (!ids.add(hit.getId())) {
        ledger.report(Verdict.Kind.ANSWER, "a search gives %s twice".formatted(hit.getId()));
      }
      if (!(hit.getScore() <= best)) {
        ledger.report(
            Verdict.Kind.ANSWER, "a score of %s follows %s".formatted(hit.getScore(), best));
      }
      best = hit.getScore();
      ReadBack.checkBits(hit.getId(), hit.getVector().getData(), hit.getPayload(), ledger);
    }
  }

  private static void scroll(Load load, Ledger ledger, long limit) {
    Iterator<ScrollResponse> pages =
        load.connection()
            .points()
            .scroll(
                ScrollRequest.newBuilder()
                    .setCollection(ledger.collection())
                    .setLimit(limit)
                    .setWithVector(true)
                    .build());
    Set<PointId> ids = new HashSet<>();
    while (pages.hasNext()) {
      for (Point point : pages.next().getPointsList()) {
        if (!ids.add(point.getId())) {
          ledger.report(Verdict.Kind.ANSWER, "a scroll gives %s twice".formatted(point.getId()));
        }
        ReadBack.checkBits(point.getId(), point.getVector().getData(), point.getPayload(), ledger);
      }
    }
    if (ids.size() > limit) {
      ledger.report(
          Verdict.Kind.ANSWER,
          "a scroll of at most %d points gives %d".formatted(limit, ids.size()));
    }
  }
}
