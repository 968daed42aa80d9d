package dev.kith.server.rpc;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.rank.QueryLatent;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SolveQueryLatentRequest;
import dev.kith.proto.v1.SolveQueryLatentResponse;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.PointId;
import dev.kith.server.search.LatentSolver;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Translates what a dear scorer said between the wire and the server.
final class LatentMessages {

  /// Chosen on queries of WordNet's definitions that judged nothing: `kith bench scorer`. Most of a
  /// scorer's latents' length is how much it gives to anything, which takes no guess.
  private static final double DEFAULT_RIDGE = 0.001;

  private static final double MOST_RIDGE = 1000;

  private final PointIdMessages ids;

  LatentMessages(PointIdMessages ids) {
    this.ids = ids;
  }

  /// Reads scores.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  LatentSolver.Scored scored(SolveQueryLatentRequest request, CollectionSpec spec) {
    VectorSpace space = spec.space();
    if (space.metric() != Metric.DOT) {
      throw Fields.invalid(
          "collection",
          "must be of the metric DOT, by which scores are predicted, and '%s' is of %s"
              .formatted(spec.name(), space.metric()));
    }
    List<PointId> points = ids.all("ids", request.getIds());
    requirePossible(points.size(), space);
    Fields fields = new Fields();
    Set<PointId> seen = new HashSet<>();
    for (int i = 0; i < points.size(); i++) {
      if (!seen.add(points.get(i))) {
        fields.wrong("ids[%d]".formatted(i), "is there before: each must be there once");
      }
    }
    if (request.getScoresCount() != points.size()) {
      throw Fields.invalid(
          "scores",
          "must be as many as there are ids, %d, got %d"
              .formatted(points.size(), request.getScoresCount()));
    }
    double[] scores = new double[points.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = request.getScores(i);
      if (!Double.isFinite(scores[i])) {
        fields.wrong("scores[%d]".formatted(i), "must be finite, got " + scores[i]);
      }
    }
    double ridge = request.hasRidge() ? request.getRidge() : DEFAULT_RIDGE;
    if (!(ridge >= 0 && ridge <= MOST_RIDGE)) {
      fields.wrong("ridge", "must be in [0, %s], got %s".formatted(MOST_RIDGE, ridge));
    }
    float[] towards = towards(request, space);
    fields.refuseIfWrong();
    return new LatentSolver.Scored(points, scores, ridge, towards);
  }

  private static void requirePossible(int scores, VectorSpace space) {
    if (!QueryLatent.accepts(scores, space.dimension())) {
      throw Fields.invalid(
          "ids",
          "must hold [1, %d] ids where latents have more dimensions than that, %d, got %d"
              .formatted(QueryLatent.MAX_EQUATIONS, space.dimension(), scores));
    }
    Coordinates.requireRoom("ids", scores, space);
  }

  private static float[] towards(SolveQueryLatentRequest request, VectorSpace space) {
    float[] towards = new float[space.dimension()];
    if (request.hasTowards()) {
      MemorySegment vector =
          VectorMessages.vector("towards", request.getTowards(), space.dimension());
      Coordinates.requireUsable("towards", vector, 0, space);
      MemorySegment.copy(vector, Points.FLOAT, 0, towards, 0, towards.length);
    }
    return towards;
  }

  static SolveQueryLatentResponse response(LatentSolver.Solved solved) {
    SearchResponse found = SearchMessages.response(solved.found());
    return SolveQueryLatentResponse.newBuilder()
        .setHeader(found.getHeader())
        .setLatent(VectorMessages.write(solved.latent().vector()))
        .addAllHits(found.getHitsList())
        .setRmsError(solved.latent().rmsError())
        .build();
  }
}
