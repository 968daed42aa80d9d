package dev.kith.server.search;

import dev.kith.index.Metric;
import dev.kith.index.rank.Softmax;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.StoredPoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The answer to one query.
///
/// @param metric of the scores; a higher score is nearer
/// @param lsn every write up to this one is reflected
/// @param scale what hits are ordered by
/// @param hits best first
/// @param explanation if it was asked for
/// @param relevance what became of it, if it was asked for
/// @param shares what became of them, if they were asked for
public record SearchAnswer(
    Metric metric,
    long lsn,
    RankScale scale,
    List<Hit> hits,
    @Nullable Explanation explanation,
    Optional<RelevanceOutcome> relevance,
    Optional<SharesOutcome> shares) {

  /// How the hits were found, without them.
  SearchAnswer withoutHits() {
    return new SearchAnswer(metric, lsn, scale, List.of(), explanation, relevance, shares);
  }

  /// What hits are ordered by.
  public enum RankScale {
    /// Their scores.
    SCORE,
    /// The logarithm of a probability that several signals give them.
    LOG_MIXTURE,
    /// A sum of reciprocal ranks.
    RECIPROCAL_RANK,
    /// A difference of scores.
    MARGINAL_RELEVANCE,
    /// The logarithm of a share that has decayed.
    LOG_DECAYED
  }

  /// A point that answers.
  ///
  /// @param point with what was asked for of it
  /// @param score on the metric's scale
  /// @param relevance how likely it is relevant, in `[0, 1]`; NaN if that was not asked
  /// @param probability its share, in `[0, 1]`; NaN if that was not asked
  /// @param rankScore what it is ordered by, if that is not the score; else NaN
  /// @param duplicates near duplicates that it stands for
  public record Hit(
      StoredPoint point,
      float score,
      float relevance,
      float probability,
      double rankScore,
      List<PointId> duplicates) {
    public Hit {
      duplicates = List.copyOf(duplicates);
    }

    /// The same with more of the point.
    Hit of(StoredPoint fetched) {
      return new Hit(fetched, score, relevance, probability, rankScore, duplicates);
    }

    /// The same with another share.
    Hit withProbability(float share) {
      return new Hit(point, score, relevance, share, rankScore, duplicates);
    }
  }

  /// What became of relevance.
  ///
  /// @param model that was used
  /// @param version of it; 0 if it needs no training
  /// @param least relevance that hits had to have; 0 if none were cut
  /// @param candidates that the model saw
  /// @param relevant of them that are as relevant as asked
  /// @param cut hits that are near enough but not relevant enough
  /// @param outlyingness of the query, if it was asked for
  public record RelevanceOutcome(
      String model,
      long version,
      float least,
      int candidates,
      int relevant,
      int cut,
      Optional<Outlyingness> outlyingness) {}

  /// How unlike what the collection knows a query is.
  ///
  /// @param distance of Mahalanobis to the nearest centroid
  /// @param pointsPercentile share of the points that are no farther, in percent
  /// @param queriesPercentile share of the queries that the model was calibrated on that are no
  ///   stranger, in percent; empty if it was trained on too few
  public record Outlyingness(
      double distance, double pointsPercentile, OptionalDouble queriesPercentile) {}

  /// What became of shares.
  ///
  /// @param temperature that divided scores
  /// @param logSumExp logarithm of the sum of exponentials in the scope
  /// @param perplexity of the shares; empty where they are of a collection
  /// @param effective number of shares
  /// @param points in the scope
  /// @param standardError of `logSumExp`; empty if it is exact
  public record SharesOutcome(
      double temperature,
      double logSumExp,
      OptionalDouble perplexity,
      double effective,
      long points,
      OptionalDouble standardError) {

    /// That of scores among themselves.
    ///
    /// @param points as many as there are scores
    static SharesOutcome of(Softmax softmax, int points) {
      return new SharesOutcome(
          softmax.temperature(),
          softmax.sum().log(),
          OptionalDouble.of(softmax.perplexity()),
          softmax.effective(),
          points,
          OptionalDouble.empty());
    }
  }

  /// How an answer was found.
  ///
  /// @param plan in words, one line
  /// @param stages in the order they ran
  /// @param totalNanos from the request's arrival
  /// @param queueNanos of it waiting for a search thread
  public record Explanation(String plan, List<Stage> stages, long totalNanos, long queueNanos) {
    public Explanation {
      stages = List.copyOf(stages);
    }
  }

  /// One stage.
  ///
  /// @param name of it
  /// @param segment number of the segment it ran on; empty for stages on the merged list
  /// @param width coordinates compared; empty of codes, and where there is no one width
  /// @param in candidates that entered it; empty if that are all rows that it comes upon
  /// @param out candidates that left it
  /// @param work what it did
  /// @param nanos it took
  public record Stage(
      String name,
      OptionalLong segment,
      OptionalInt width,
      OptionalLong in,
      long out,
      Work work,
      long nanos) {}

  /// What a stage did.
  ///
  /// @param distanceComputations vectors compared with the query
  /// @param nodesVisited graph nodes whose neighbours were read
  /// @param bytesScanned bytes of vectors read
  /// @param multiplyAdds products of coordinates summed up
  public record Work(
      long distanceComputations, long nodesVisited, long bytesScanned, long multiplyAdds) {
    static final Work NONE = new Work(0, 0, 0, 0);
  }
}
