package dev.kith.server.search;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.cluster.Clusters;
import dev.kith.index.cluster.KMeans;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.rank.MixtureGroups;
import dev.kith.index.store.VectorRows;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// Makes the components of a mixture of some points: puts them into the inverted lists that the
/// collection has, and smooths groups and weights by the points' neighbours. Thread-safe.
public final class MixtureBuilder {
  private static final int ROUNDS = 20;
  private static final long SEED = 1;
  private static final int[] NONE = {};

  private final SearchEngine engine;

  public MixtureBuilder(SearchEngine engine) {
    this.engine = engine;
  }

  /// What to make a mixture of.
  ///
  /// @param ids at least one; what is there twice counts twice
  /// @param maxComponents at least 1
  /// @param smoothing weight of the points against their neighbours, in `[0, 1]`
  /// @param neighbors of each point that have a say, at least 1
  /// @param minLsn the answer reflects at least this write, an unsigned number; 0 for any
  public record Request(
      List<PointId> ids, int maxComponents, double smoothing, int neighbors, long minLsn) {
    public Request {
      ids = List.copyOf(ids);
    }
  }

  /// A mixture.
  ///
  /// @param components the weightiest first
  /// @param missing ids that do not exist, each once
  /// @param cells that points were put into
  /// @param lsn every write up to this one is reflected
  public record Built(
      List<MixtureGroups.Component> components, List<PointId> missing, int cells, long lsn) {}

  /// Makes it.
  ///
  /// @throws dev.kith.server.refusal.RefusedException if the LSN asked for has not been reached
  /// @throws AbandonedException if the caller has left
  public Built build(
      Collection collection, Request request, SearchWorker worker, Patience patience) {
    VectorSpace space = collection.info().spec().space();
    try (SearchSnapshot snapshot = collection.acquire()) {
      engine.requireLsn(request.minLsn(), snapshot.lsn());
      SnapshotRows rows = new SnapshotRows(snapshot);
      List<PointId> there = new ArrayList<>();
      List<Integer> members = new ArrayList<>();
      Set<PointId> missing = new LinkedHashSet<>();
      long[] labels = snapshot.rowOfEach(request.ids());
      for (int i = 0; i < labels.length; i++) {
        PointId id = request.ids().get(i);
        if (labels[i] == SearchSnapshot.NO_ROW) {
          missing.add(id);
        } else {
          there.add(id);
          members.add(rows.add(labels[i]));
        }
      }
      int distinct = rows.size();
      if (distinct == 0) {
        return new Built(List.of(), List.copyOf(missing), 0, snapshot.lsn());
      }
      List<int[]> neighbors = new ArrayList<>();
      for (PointId id : there) {
        neighbors.add(
            request.smoothing() == 1
                ? NONE
                : neighbors(collection, snapshot, id, request.neighbors(), rows, worker, patience));
      }
      MixtureGroups groups = new MixtureGroups(rows.size(), request.smoothing());
      for (int i = 0; i < members.size(); i++) {
        groups.add(members.get(i), neighbors.get(i));
      }
      try (Arena arena = Arena.ofConfined()) {
        Clusters cells =
            cells(snapshot, rows, distinct, request.maxComponents(), space, arena, patience);
        return new Built(
            groups.components(
                rows.nearest(cells, patience),
                request.maxComponents(),
                space.metric(),
                space.dimension(),
                rows::read),
            List.copyOf(missing),
            cells.count(),
            snapshot.lsn());
      }
    }
  }

  private int[] neighbors(
      Collection collection,
      SearchSnapshot snapshot,
      PointId id,
      int count,
      SnapshotRows rows,
      SearchWorker worker,
      Patience patience) {
    SearchAnswer answer =
        engine.search(
            collection,
            snapshot,
            new Query.ByPoint(id),
            SearchOptions.usual(count),
            worker,
            AnswerSize.unbounded(),
            patience);
    List<PointId> ids = answer.hits().stream().map(hit -> hit.point().id()).toList();
    return Arrays.stream(snapshot.rowOfEach(ids)).mapToInt(rows::add).toArray();
  }

  /// What the points are put into: the lists of the largest segment that has some, else groups of
  /// the points themselves.
  ///
  /// @param distinct the first rows, which are the points
  private static Clusters cells(
      SearchSnapshot snapshot,
      SnapshotRows rows,
      int distinct,
      int most,
      VectorSpace space,
      Arena arena,
      Patience patience) {
    boolean isSpherical = space.metric() == Metric.COSINE;
    Optional<VectorRows> lists =
        snapshot.segments().stream()
            .filter(segment -> segment.listCentroids().isPresent())
            .max(Comparator.comparingInt(SegmentReader::size))
            .flatMap(SegmentReader::listCentroids);
    if (lists.isPresent()) {
      VectorRows centroids = lists.get();
      return Clusters.of(isSpherical, SnapshotRows.points(centroids), centroids.capacity(), arena);
    }
    try {
      return KMeans.train(
              SnapshotRows.points(rows.copy(space, distinct, arena)),
              IntStream.range(0, distinct).toArray(),
              // Interests are as large as they are: no group is too large.
              new KMeans.Params(
                  Math.min(most, distinct), ROUNDS, isSpherical, Double.POSITIVE_INFINITY, SEED),
              1,
              arena,
              (_, _, _) -> patience.requireCaller())
          .clusters();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new AbandonedException();
    }
  }
}
