package dev.kith.bench.relevance;

import dev.kith.bench.dataset.Judgments;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// What is relevant to the queries that take part.
final class Truth {
  private final Map<Integer, Map<Integer, Float>> grades;

  /// @param grades by query, then by row; none of a query is 0
  private Truth(Map<Integer, Map<Integer, Float>> grades) {
    this.grades = grades;
  }

  /// Draws judged queries.
  ///
  /// @param most that take part; 0 for all
  static Truth draw(Judgments judgments, Grading grading, int most, long seed) {
    Map<Integer, Map<Integer, Float>> all = new TreeMap<>();
    for (int i = 0; i < judgments.size(); i++) {
      Map<Integer, Float> ofQuery = all.computeIfAbsent(judgments.query()[i], _ -> new TreeMap<>());
      float grade = grading.of(judgments.grade()[i]);
      if (grade > 0) {
        ofQuery.put(judgments.point()[i], grade);
      }
    }
    if (most != 0 && most < all.size()) {
      int[] order = all.keySet().stream().mapToInt(Integer::intValue).toArray();
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int drawn = order[j];
        order[j] = order[i];
        order[i] = drawn;
      }
      for (int left : Arrays.copyOfRange(order, most, order.length)) {
        all.remove(left);
      }
    }
    return new Truth(all);
  }

  /// Numbers of the queries, ascending.
  int[] queries() {
    return grades.keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  /// Relevant pairs.
  long pairs() {
    return grades.values().stream().mapToLong(Map::size).sum();
  }

  /// Grades what was found.
  ///
  /// @param query its number
  Candidates grade(int query, Neighbors.Found found) {
    Map<Integer, Float> ofQuery = grades.getOrDefault(query, Map.of());
    double missed = ofQuery.values().stream().mapToDouble(Float::doubleValue).sum();
    float[] ofRows = new float[found.rows().length];
    for (int i = 0; i < ofRows.length; i++) {
      ofRows[i] = ofQuery.getOrDefault(found.rows()[i], 0f);
      missed -= ofRows[i];
    }
    // What is left of rounding is no grade.
    return new Candidates(
        found.query(), found.rows(), found.scores(), ofRows, missed < 1e-6 ? 0 : missed);
  }
}
