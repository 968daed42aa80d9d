package dev.kith.bench.adaptive;

import dev.kith.index.Require;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// A linear map whose first outputs tell the most: a small Matryoshka head.
///
/// An embedding is `e = x W`, and for every *width* `m` of a few there is a classifier of its own,
/// which sees the first `m` outputs alone. What is minimised is the softmax cross-entropy of all of
/// these, summed, so that what helps most to tell classes apart moves to the front. (Kusupati et
/// al., *Matryoshka representation learning*, NeurIPS 2022, section 3, equation 1, all weights 1.)
///
/// One thread trains; the same inputs and seed give the same head.
final class NestedHead {
  private final int inputs;
  private final int outputs;
  private final List<Integer> widths;
  private final int classes;

  /// The map, the outputs of an input one after another; then for every width its classifier, the
  /// classes of an output one after another, and a bias a class.
  private final float[] weights;

  private final int[] classifiers;

  /// @param widths ascending, the last one is all outputs
  /// @param seed of the weights to begin with
  NestedHead(int inputs, List<Integer> widths, int classes, long seed) {
    this.inputs = inputs;
    this.outputs = widths.getLast();
    this.widths = List.copyOf(widths);
    this.classes = Require.inRange("classes", classes, 2, 1 << 12);
    this.classifiers = new int[widths.size()];
    int size = inputs * outputs;
    for (int i = 0; i < classifiers.length; i++) {
      classifiers[i] = size;
      size += (widths.get(i) + 1) * classes;
    }
    this.weights = new float[size];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < inputs * outputs; i++) {
      weights[i] = (float) (random.nextGaussian() / Math.sqrt(inputs));
    }
    for (int level = 0; level < classifiers.length; level++) {
      int width = widths.get(level);
      for (int i = 0; i < width * classes; i++) {
        weights[classifiers[level] + i] = (float) (random.nextGaussian() / Math.sqrt(width));
      }
    }
  }

  /// All weights, for whoever trains; shared, not a copy.
  float[] weights() {
    return weights;
  }

  /// Coordinates of an embedding.
  int outputs() {
    return outputs;
  }

  /// Maps an input.
  ///
  /// @param embedding overwritten
  void embed(float[] input, float[] embedding) {
    Arrays.fill(embedding, 0, outputs, 0);
    for (int i = 0; i < inputs; i++) {
      float value = input[i];
      if (value != 0) { // Most pixels of a picture are.
        int row = i * outputs;
        for (int o = 0; o < outputs; o++) {
          embedding[o] += value * weights[row + o];
        }
      }
    }
  }

  /// Adds the gradient of one input's loss to `gradient`.
  ///
  /// @param label its class
  /// @param gradient as long as the weights
  /// @return the loss: the cross-entropies of all widths, summed
  double addGradient(float[] input, int label, float[] gradient) {
    float[] embedding = new float[outputs];
    float[] ofEmbedding = new float[outputs];
    embed(input, embedding);
    double loss = 0;
    for (int level = 0; level < classifiers.length; level++) {
      loss += addGradient(level, embedding, label, ofEmbedding, gradient);
    }
    for (int i = 0; i < inputs; i++) {
      float value = input[i];
      if (value != 0) {
        int row = i * outputs;
        for (int o = 0; o < outputs; o++) {
          gradient[row + o] += value * ofEmbedding[o];
        }
      }
    }
    return loss;
  }

  private double addGradient(
      int level, float[] embedding, int label, float[] ofEmbedding, float[] gradient) {
    int width = widths.get(level);
    int classifier = classifiers[level];
    int biases = classifier + width * classes;
    float[] shares = new float[classes];
    System.arraycopy(weights, biases, shares, 0, classes);
    for (int o = 0; o < width; o++) {
      for (int c = 0; c < classes; c++) {
        shares[c] += embedding[o] * weights[classifier + o * classes + c];
      }
    }
    double loss = softmax(shares, label);
    shares[label] -= 1; // Now the gradient of the loss by each class's sum.
    for (int o = 0; o < width; o++) {
      int row = classifier + o * classes;
      float sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += shares[c] * weights[row + c];
        gradient[row + c] += shares[c] * embedding[o];
      }
      ofEmbedding[o] += sum;
    }
    for (int c = 0; c < classes; c++) {
      gradient[biases + c] += shares[c];
    }
    return loss;
  }

  /// Makes shares of sums.
  ///
  /// @return the negative logarithm of the label's share
  private static double softmax(float[] sums, int label) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float sum : sums) {
      largest = Math.max(largest, sum);
    }
    double total = 0;
    for (float sum : sums) {
      total += Math.exp(sum - largest);
    }
    double loss = Math.log(total) - (sums[label] - largest);
    for (int c = 0; c < sums.length; c++) {
      sums[c] = (float) (Math.exp(sums[c] - largest) / total);
    }
    return loss;
  }
}
