package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeleteCollectionRequest;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.ListCollectionsRequest;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.VectorMatrix;
import dev.kith.proto.v1.VectorSchema;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// Creates, fills and deletes small collections, reusing their names.
final class CatalogWorker implements Load.Worker {
  private static final String PREFIX = "scratch-";
  private static final int NAMES = 6;
  private static final int POINTS = 20;

  /// What may be there after a blow.
  private record May(boolean exist, boolean notExist, boolean full, boolean empty) {
    static final May BE_GONE = new May(false, true, false, false);
    static final May BE_EMPTY = new May(true, false, false, true);
    static final May BE_FULL = new May(true, false, true, false);
  }

  private final Map<String, May> book = new HashMap<>();

  @Override
  public void work(Load load, Random random) {
    Pace.pauseMillis(random.nextInt(60));
    String name = PREFIX + random.nextInt(NAMES);
    May before = book.getOrDefault(name, May.BE_GONE);
    if (before.equals(May.BE_GONE)) {
      attempt(load, name, new May(true, true, false, true), May.BE_EMPTY, () -> create(load, name));
    } else if (before.equals(May.BE_EMPTY)) {
      attempt(load, name, new May(true, false, true, true), May.BE_FULL, () -> fill(load, name));
    } else if (before.equals(May.BE_FULL)) {
      attempt(load, name, new May(true, true, true, false), May.BE_GONE, () -> delete(load, name));
    }
  }

  /// Compares the server's collections with the book, and goes on from what is there.
  void check(Connection connection, Verdict verdict) {
    Set<String> names =
        connection
            .collections()
            .listCollections(ListCollectionsRequest.newBuilder().setPageSize(1_000).build())
            .getCollectionsList()
            .stream()
            .map(Collection::getName)
            .filter(name -> name.startsWith(PREFIX))
            .collect(Collectors.toSet());
    for (String name : names) {
      book.putIfAbsent(name, May.BE_GONE);
    }
    for (Map.Entry<String, May> entry : book.entrySet()) {
      String name = entry.getKey();
      May may = entry.getValue();
      boolean exists = names.contains(name);
      long points =
          exists
              ? connection
                  .points()
                  .countPoints(CountPointsRequest.newBuilder().setCollection(name).build())
                  .getPointCount()
              : 0;
      if (exists ? !may.exist() : !may.notExist()) {
        verdict.add(
            exists ? Verdict.Kind.PHANTOM : Verdict.Kind.LOST,
            "collection %s %s; %s".formatted(name, exists ? "exists" : "does not exist", may));
      } else if (exists && !(points == POINTS ? may.full() : points == 0 && may.empty())) {
        verdict.add(
            points == 0 || points == POINTS ? Verdict.Kind.LOST : Verdict.Kind.TORN,
            "collection %s holds %d points; %s".formatted(name, points, may));
      }
      entry.setValue(!exists ? May.BE_GONE : points == 0 ? May.BE_EMPTY : May.BE_FULL);
    }
  }

  private void attempt(Load load, String name, May meanwhile, May after, Runnable call) {
    May before = book.getOrDefault(name, May.BE_GONE);
    book.put(name, meanwhile);
    try {
      call.run();
      if (!load.isStruck()) {
        book.put(
            name, after); // What is answered after a cut proves nothing; see Ledger#powerFails.
      }
    } catch (StatusRuntimeException failure) {
      if (Connection.isRefusal(failure.getStatus())) {
        book.put(name, before);
      }
      load.failed("catalog", failure);
    }
  }

  private static void create(Load load, String name) {
    load.connection()
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName(name)
                .setVector(
                    VectorSchema.newBuilder().setDimension(2).setMetric(Metric.METRIC_EUCLIDEAN))
                .setIndex(IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()))
                .build());
  }

  private static void fill(Load load, String name) {
    load.connection()
        .points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection(name)
                .setDurability(Durability.DURABILITY_DISK)
                .setPoints(
                    PointBatch.newBuilder()
                        .setIds(
                            PointIds.newBuilder()
                                .setNumbers(
                                    NumberIds.newBuilder()
                                        .addAllValues(
                                            LongStream.range(0, POINTS).boxed().toList())))
                        .setVectors(
                            VectorMatrix.newBuilder()
                                .setDimension(2)
                                .setData(ByteString.copyFrom(new byte[POINTS * 8]))))
                .build());
  }

  private static void delete(Load load, String name) {
    load.connection()
        .collections()
        .deleteCollection(DeleteCollectionRequest.newBuilder().setName(name).build());
  }
}
