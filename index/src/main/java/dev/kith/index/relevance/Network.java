package dev.kith.index.relevance;

import java.util.Arrays;
import java.util.SplittableRandom;

/// A feed-forward network of one hidden layer: `outputs = W2 tanh(W1 inputs + b1) + b2`.
///
/// Weights lie so that the loops over them go along the hidden units, which no sum runs over: the
/// compiler makes SIMD code of them that rounds as plain code does.
final class Network {
  private final int inputs;
  private final int hidden;
  private final int outputs;

  /// `W1`, the hidden units of an input one after another, `b1`, then `W2`, the hidden units of an
  /// output one after another, and `b2`.
  private final float[] weights;

  private final int hiddenBiases;
  private final int outputWeights;
  private final int outputBiases;

  /// @param weights shared
  /// @throws IllegalArgumentException if they are not as many as the shape has
  Network(int inputs, int hidden, int outputs, float[] weights) {
    this.inputs = inputs;
    this.hidden = hidden;
    this.outputs = outputs;
    this.hiddenBiases = inputs * hidden;
    this.outputWeights = hiddenBiases + hidden;
    this.outputBiases = outputWeights + outputs * hidden;
    if (weights.length != outputBiases + outputs) {
      throw new IllegalArgumentException(
          "a network of %d inputs, %d hidden units and %d outputs has %d weights, got %d"
              .formatted(inputs, hidden, outputs, outputBiases + outputs, weights.length));
    }
    this.weights = weights;
  }

  /// A network that gives the same outputs whatever the inputs are, but is ready to learn.
  ///
  /// @param biases of the outputs
  static Network untrained(int inputs, int hidden, float[] biases, SplittableRandom random) {
    float[] weights = new float[(inputs + 1) * hidden + (hidden + 1) * biases.length];
    double spread = 1 / Math.sqrt(inputs);
    for (int i = 0; i < inputs * hidden; i++) {
      weights[i] = (float) (spread * random.nextGaussian());
    }
    System.arraycopy(biases, 0, weights, weights.length - biases.length, biases.length);
    return new Network(inputs, hidden, biases.length, weights);
  }

  int inputs() {
    return inputs;
  }

  int hidden() {
    return hidden;
  }

  int outputs() {
    return outputs;
  }

  /// All weights, for whoever trains or stores them; shared, not a copy.
  float[] weights() {
    return weights;
  }

  /// Draws all weights but the biases towards zero (Loshchilov and Hutter, *Decoupled weight decay
  /// regularization*, ICLR 2019): what the outputs are on average stays.
  ///
  /// @param share of each that goes
  void decay(double share) {
    float kept = (float) (1 - share);
    for (int i = 0; i < hiddenBiases; i++) {
      weights[i] *= kept;
    }
    for (int i = outputWeights; i < outputBiases; i++) {
      weights[i] *= kept;
    }
  }

  /// Computes the hidden units, all inputs of which are added up in their order.
  void activate(float[] input, float[] units) {
    System.arraycopy(weights, hiddenBiases, units, 0, hidden);
    for (int i = 0; i < inputs; i++) {
      float value = input[i];
      int row = i * hidden;
      for (int h = 0; h < hidden; h++) {
        units[h] += value * weights[row + h];
      }
    }
    for (int h = 0; h < hidden; h++) {
      units[h] = (float) StrictMath.tanh(units[h]);
    }
  }

  /// Computes an output of active units.
  double output(int output, float[] units) {
    double sum = weights[outputBiases + output];
    int row = outputWeights + output * hidden;
    for (int h = 0; h < hidden; h++) {
      sum += units[h] * weights[row + h];
    }
    return sum;
  }

  /// Adds to `gradient` what a loss changes by with every weight.
  ///
  /// @param units active for the input
  /// @param ofOutputs what the loss changes by with every output
  /// @param ofUnits room for as many numbers as there are units
  /// @param gradient as long as the weights
  void addGradient(
      float[] input, float[] units, double[] ofOutputs, float[] ofUnits, float[] gradient) {
    Arrays.fill(ofUnits, 0, hidden, 0);
    for (int output = 0; output < outputs; output++) {
      float slope = (float) ofOutputs[output];
      int row = outputWeights + output * hidden;
      gradient[outputBiases + output] += slope;
      for (int h = 0; h < hidden; h++) {
        gradient[row + h] += slope * units[h];
        ofUnits[h] += slope * weights[row + h];
      }
    }
    for (int h = 0; h < hidden; h++) {
      ofUnits[h] *= 1 - units[h] * units[h];
      gradient[hiddenBiases + h] += ofUnits[h];
    }
    for (int i = 0; i < inputs; i++) {
      float value = input[i];
      int row = i * hidden;
      for (int h = 0; h < hidden; h++) {
        gradient[row + h] += value * ofUnits[h];
      }
    }
  }
}
