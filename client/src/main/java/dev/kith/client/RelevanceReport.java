package dev.kith.client;

import java.util.List;

/// What judged queries say of several models of relevance.
///
/// @param models the one in question first, then those for comparison
/// @param queries that judged them
/// @param pairs of a query and a candidate
/// @param relevantPairs relevant ones among these
/// @param found share of what was judged relevant that was among the candidates
public record RelevanceReport(
    List<Quality> models, long queries, long pairs, double relevantPairs, double found) {
  public RelevanceReport {
    models = List.copyOf(models);
  }

  /// How good a model is.
  ///
  /// @param model its name
  /// @param prAuc area under the curve of precision and recall of all pairs
  /// @param precisionAt95 precision where the recall of all pairs is 95 %
  /// @param filteredAt95 share of the pairs that are cut there
  /// @param emptyAt95 share of the queries that are left with nothing there
  /// @param meanReciprocalRank of the first relevant candidate; the same for all models
  /// @param calibrationError expected calibration error over bins of equally many pairs
  /// @param brier mean squared error of the probabilities
  /// @param opis operating-point inconsistency of thresholds over queries
  /// @param bins of the calibration, ascending
  /// @param curve of precision and recall, by ascending recall
  public record Quality(
      String model,
      double prAuc,
      double precisionAt95,
      double filteredAt95,
      double emptyAt95,
      double meanReciprocalRank,
      double calibrationError,
      double brier,
      double opis,
      List<Bin> bins,
      List<CurvePoint> curve) {
    public Quality {
      bins = List.copyOf(bins);
      curve = List.copyOf(curve);
    }
  }

  /// Pairs of about the same probability.
  ///
  /// @param pairs in it
  /// @param predicted their mean probability by the model
  /// @param observed share of them that is relevant
  public record Bin(long pairs, double predicted, double observed) {}

  /// A point of a curve of precision and recall.
  ///
  /// @param recall share of the relevant pairs that is kept
  /// @param precision share of the kept pairs that is relevant
  /// @param threshold least probability of a kept pair
  public record CurvePoint(double recall, double precision, float threshold) {}
}
