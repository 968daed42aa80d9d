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
/// Classes alone leave it open which of a class are near each other. So the cosine of any two of a
/// batch by their first `m` outputs is to be that by all of them: the mean squared difference of
/// both, of all pairs, is added for every width, times a *likeness* ([PrefixLikeness]). Prefixes
/// are taught by whole embeddings, and these not to hold what prefixes cannot. (The pairwise loss
/// of Yoon et al., *Matryoshka-Adaptor*, EMNLP 2024, is its like, for a given embedding.)
///
/// One thread trains; the same inputs and seed give the same head.
final class NestedHead {
  private final int inputs;
  private final int outputs;
  private final List<Integer> widths;
  private final int classes;
  private final double likeness;

  /// The map, the outputs of an input one after another; then for every width its classifier, the
  /// classes of an output one after another, and a bias a class.
  private final float[] weights;

  private final int[] classifiers;

  /// @param widths ascending, the last one is all outputs
  /// @param likeness what it counts that prefixes tell the nearness of two as all outputs do, at
  ///   least 0
  /// @param seed of the weights to begin with
  NestedHead(int inputs, List<Integer> widths, int classes, double likeness, long seed) {
    this.inputs = inputs;
    this.outputs = widths.getLast();
    this.widths = List.copyOf(widths);
    this.classes = Require.inRange("classes", classes, 2, 1 << 12);
    this.likeness = likeness;
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

  /// Adds the gradient of the loss of a batch to `gradient`.
  ///
  /// @param labels classes of the inputs
  /// @param gradient as long as the weights
  /// @return the loss: a mean input's cross-entropies of all widths, summed, and what prefixes and
  ///   whole embeddings differ by
  double addGradient(float[][] inputs, int[] labels, float[] gradient) {
    float[][] embeddings = new float[inputs.length][outputs];
    float[][] ofEmbeddings = new float[inputs.length][outputs];
    float share = 1f / inputs.length;
    double loss = 0;
    for (int i = 0; i < inputs.length; i++) {
      embed(inputs[i], embeddings[i]);
      for (int level = 0; level < classifiers.length; level++) {
        loss +=
            share * addGradient(level, embeddings[i], labels[i], share, ofEmbeddings[i], gradient);
      }
    }
    loss += PrefixLikeness.addGradient(embeddings, widths, likeness, ofEmbeddings);
    for (int i = 0; i < inputs.length; i++) {
      addMapGradient(inputs[i], ofEmbeddings[i], gradient);
    }
    return loss;
  }

  private void addMapGradient(float[] input, float[] ofEmbedding, float[] gradient) {
    for (int i = 0; i < inputs; i++) {
      float value = input[i];
      if (value != 0) {
        int row = i * outputs;
        for (int o = 0; o < outputs; o++) {
          gradient[row + o] += value * ofEmbedding[o];
        }
      }
    }
  }

  /// @param share of the input in the batch
  /// @return the input's cross-entropy
  private double addGradient(
      int level, float[] embedding, int label, float share, float[] ofEmbedding, float[] gradient) {
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
    for (int c = 0; c < classes; c++) {
      shares[c] *= share;
    }
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
