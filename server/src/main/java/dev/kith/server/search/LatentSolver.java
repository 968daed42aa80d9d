package dev.kith.server.search;

import dev.kith.index.rank.QueryLatent;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Finds what a dear scorer would like, from its scores for a few points: solves for a vector, and
/// searches with it. Thread-safe.
public final class LatentSolver {
  private final SearchEngine engine;

  public LatentSolver(SearchEngine engine) {
    this.engine = engine;
  }

  /// What a scorer said.
  ///
  /// @param ids each once, at least one
  /// @param scores finite, one a point
  /// @param ridge see [QueryLatent#solve]
  /// @param towards what the solution is pulled towards, of the dimension
  @SuppressWarnings("ArrayRecordComponent") // Handed over, compared by nobody.
  public record Scored(List<PointId> ids, double[] scores, double ridge, float[] towards) {
    public Scored {
      ids = List.copyOf(ids);
    }
  }

  /// What the scorer would like.
  ///
  /// @param found points with the largest predicted scores, none of which it was called for
  public record Solved(QueryLatent latent, SearchAnswer found) {}

  /// Solves and searches.
  ///
  /// @throws RefusedException if a point does not exist, no vector of floats has such scores, or
  ///   the LSN asked for has not been reached
  /// @throws AbandonedException if the caller has left
  public Solved solve(
      Collection collection,
      Scored scored,
      SearchOptions options,
      SearchWorker worker,
      AnswerSize size,
      Patience patience) {
    try (SearchSnapshot snapshot = collection.acquire()) {
      QueryLatent latent =
          QueryLatent.solve(
              latents(collection, snapshot, scored.ids()),
              scored.scores(),
              scored.ridge(),
              scored.towards(),
              patience::requireCaller);
      ByteBuffer query =
          ByteBuffer.allocate(latent.vector().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (float coordinate : latent.vector()) {
        if (!Float.isFinite(coordinate)) {
          throw new RefusedException(
              new Refusal.InvalidField(
                  "scores", "are so large that no vector of 32-bit floats comes near to them"));
        }
        query.putFloat(coordinate);
      }
      SearchAnswer found =
          engine.search(
              collection,
              snapshot,
              new Query.ByVector(MemorySegment.ofArray(query.array()), 0, latent.vector().length),
              options.leavingOut(scored.ids()),
              worker,
              size,
              patience);
      return new Solved(latent, found);
    }
  }

  private static float[][] latents(
      Collection collection, SearchSnapshot snapshot, List<PointId> ids) {
    SnapshotRows rows = new SnapshotRows(snapshot);
    long[] labels = snapshot.rowOfEach(ids);
    float[][] latents = new float[labels.length][collection.info().spec().space().dimension()];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == SearchSnapshot.NO_ROW) {
        throw new RefusedException(
            new Refusal.PointNotFound(collection.info().spec().name(), ids.get(i).toString()));
      }
      rows.read(rows.add(labels[i]), latents[i]);
    }
    return latents;
  }
}
