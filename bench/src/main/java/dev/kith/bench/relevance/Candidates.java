package dev.kith.bench.relevance;

import dev.kith.index.relevance.JudgedList;
import dev.kith.index.relevance.RelevanceModel;

/// The candidates of one query, and what is known of them.
///
/// @param query its coordinates as indexes compare them; zero where it is truncated
/// @param rows of the base, best first
/// @param scores as callers see them, of each row
/// @param grades of each row, as models are told
/// @param missed grades of relevant rows that are no candidates, summed up
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Candidates(float[] query, int[] rows, float[] scores, float[] grades, double missed) {

  /// The same as models learn from it.
  JudgedList judged() {
    return new JudgedList(query, scores, grades, missed);
  }

  /// Grades of the candidates, summed up.
  double relevant() {
    double sum = 0;
    for (float grade : grades) {
      sum += grade;
    }
    return sum;
  }

  /// What a model says of each.
  float[] relevances(RelevanceModel model) {
    float[] relevances = new float[scores.length];
    model.relevances(query, scores, scores.length, relevances);
    return relevances;
  }
}
