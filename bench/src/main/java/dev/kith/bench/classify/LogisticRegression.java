package dev.kith.bench.classify;

import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.index.relevance.Adam;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// A model that knows no neighbours: the softmax of a linear map of the vector. It is what
/// neighbours are interpolated with.
///
/// One thread trains; the same vectors and seed give the same model.
final class LogisticRegression {
  private static final int BATCH = 128;

  /// Times that all rows are looked at, and steps that are taken at least.
  private static final int EPOCHS = 5;

  private static final int LEAST_STEPS = 1_000;

  /// Of the first step; it falls to zero in even steps.
  private static final double RATE = 3e-3;

  private final int classes;
  private final int columns;
  private final float scale;

  /// For each class a weight a coordinate, and a bias.
  private final float[] weights;

  private LogisticRegression(int classes, FloatMatrix rows) {
    this.classes = classes;
    this.columns = rows.columns();
    this.weights = new float[classes * (columns + 1)];
    double squares = 0;
    for (int row = 0; row < rows.rows(); row++) {
      for (float coordinate : rows.row(row)) {
        squares += coordinate * (double) coordinate;
      }
    }
    double mean = squares / ((double) rows.rows() * columns);
    this.scale = mean == 0 ? 1 : (float) (1 / Math.sqrt(mean));
  }

  /// Trains one on all rows.
  ///
  /// @param truth class of each row
  /// @param classes that there are, at least 1
  static LogisticRegression train(FloatMatrix rows, int[] truth, int classes, long seed) {
    LogisticRegression model = new LogisticRegression(classes, rows);
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = IntStream.range(0, truth.length).toArray();
    Adam adam = new Adam(model.weights);
    float[] gradient = new float[model.weights.length];
    int batches = Math.ceilDiv(order.length, BATCH);
    int epochs = Math.max(EPOCHS, Math.ceilDiv(LEAST_STEPS, batches));
    int steps = epochs * batches;
    int step = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, random);
      for (int from = 0; from < order.length; from += BATCH) {
        int to = Math.min(order.length, from + BATCH);
        Arrays.fill(gradient, 0);
        for (int i = from; i < to; i++) {
          model.addGradient(rows.row(order[i]), truth[order[i]], 1f / (to - from), gradient);
        }
        adam.step(gradient, RATE * (1 - step / (double) steps));
        step++;
      }
    }
    return model;
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  private void addGradient(float[] vector, int truth, float weight, float[] gradient) {
    double[] probabilities = distribution(vector);
    for (int each = 0; each < classes; each++) {
      float slope = (float) (probabilities[each] - (each == truth ? 1 : 0)) * weight;
      int from = each * (columns + 1);
      for (int i = 0; i < columns; i++) {
        gradient[from + i] += slope * scale * vector[i];
      }
      gradient[from + columns] += slope;
    }
  }

  /// How likely each class is.
  double[] distribution(float[] vector) {
    double[] logits = new double[classes];
    double largest = Double.NEGATIVE_INFINITY;
    for (int each = 0; each < classes; each++) {
      int from = each * (columns + 1);
      float sum = 0;
      for (int i = 0; i < columns; i++) {
        sum += weights[from + i] * vector[i];
      }
      logits[each] = sum * scale + weights[from + columns];
      largest = Math.max(largest, logits[each]);
    }
    double sum = 0;
    for (int each = 0; each < classes; each++) {
      logits[each] = Math.exp(logits[each] - largest);
      sum += logits[each];
    }
    for (int each = 0; each < classes; each++) {
      logits[each] /= sum;
    }
    return logits;
  }
}
