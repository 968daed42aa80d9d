package dev.kith.bench.relevance;

import dev.kith.index.relevance.RelevanceModel;
import java.util.List;

/// What a threshold leaves of some lists.
///
/// @param kept fraction of a query's relevant candidates that is kept, on average over queries that
///   have any: what thresholds promise
/// @param recall share of all relevant candidates that is kept
/// @param precision share of the kept candidates that is relevant; 0 if none is kept
/// @param cut share of the candidates that is not kept
/// @param empty share of the queries that are left with nothing
record Cut(double kept, double recall, double precision, double cut, double empty) {

  /// Recalls that are asked of thresholds.
  static final List<Double> ASKED = List.of(0.90, 0.95, 0.99);

  /// What a model says of some lists.
  static List<float[]> relevances(RelevanceModel model, List<Candidates> lists) {
    return lists.stream().map(list -> list.relevances(model)).toList();
  }

  /// Cuts.
  ///
  /// @param relevances of each list
  /// @param threshold least relevance that is kept
  static Cut at(float threshold, List<Candidates> lists, List<float[]> relevances) {
    double fractions = 0;
    int queries = 0;
    double relevant = 0;
    double found = 0;
    long candidates = 0;
    long kept = 0;
    int empty = 0;
    for (int n = 0; n < lists.size(); n++) {
      float[] grades = lists.get(n).grades();
      float[] ofList = relevances.get(n);
      double of = 0;
      double foundOf = 0;
      int keptOf = 0;
      for (int i = 0; i < grades.length; i++) {
        of += grades[i];
        if (ofList[i] >= threshold) {
          foundOf += grades[i];
          keptOf++;
        }
      }
      if (of > 0) {
        fractions += foundOf / of;
        queries++;
      }
      relevant += of;
      found += foundOf;
      candidates += grades.length;
      kept += keptOf;
      empty += keptOf == 0 ? 1 : 0;
    }
    return new Cut(
        queries == 0 ? 0 : fractions / queries,
        relevant == 0 ? 0 : found / relevant,
        kept == 0 ? 0 : found / kept,
        candidates == 0 ? 0 : 1 - kept / (double) candidates,
        lists.isEmpty() ? 0 : empty / (double) lists.size());
  }
}
