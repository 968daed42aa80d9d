package dev.kith.index.relevance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Judged lists of which it is known how they came about.
final class Judged {

  private Judged() {}

  /// Scores, the largest first.
  static float[] descending(Random random, int count, double spread) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = (float) (spread * random.nextGaussian());
    }
    return descending(scores);
  }

  static float[] descending(float[] scores) {
    Arrays.sort(scores);
    for (int i = 0; i < scores.length / 2; i++) {
      float swapped = scores[i];
      scores[i] = scores[scores.length - 1 - i];
      scores[scores.length - 1 - i] = swapped;
    }
    return scores;
  }

  static float[] vector(Random random, int dimension) {
    float[] vector = new float[dimension];
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += vector[i] * vector[i];
    }
    for (int i = 0; i < dimension; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  /// Lists whose candidates are relevant where their score passes a bar that the first coordinate
  /// of the query sets, so that no one bar does for all.
  static List<JudgedList> byQuery(long seed, int lists, int candidates, int dimension) {
    Random random = new Random(seed);
    List<JudgedList> judged = new ArrayList<>();
    for (int i = 0; i < lists; i++) {
      float[] query = vector(random, dimension);
      float[] scores = new float[candidates];
      for (int j = 0; j < candidates; j++) {
        scores[j] = random.nextFloat();
      }
      descending(scores);
      float[] grades = new float[candidates];
      double bar = query[0] > 0 ? 0.3 : 0.9;
      for (int j = 0; j < candidates; j++) {
        double likely = 1 / (1 + Math.exp(-30 * (scores[j] - bar)));
        grades[j] = random.nextDouble() < likely ? 1 : 0;
      }
      judged.add(new JudgedList(query, scores, grades, 0));
    }
    return judged;
  }
}
