package dev.kith.index.relevance;

import dev.kith.index.relevance.CosineAdapter.Standard;
import java.util.Arrays;

/// The numbers of a [CosineAdapter], for whoever wants to compute elsewhere what it does. Copies.
///
/// @param score what is taken from a score, and what the rest is multiplied with
/// @param statisticsShift what is taken from each statistic
/// @param statisticsScale what the rest is multiplied with
/// @param hiddenWeights of the hidden layer, the inputs of a unit one after another
/// @param hiddenBiases of the hidden layer
/// @param outputWeights the units of an output one after another
/// @param outputBiases of the outputs
@SuppressWarnings("ArrayRecordComponent") // Read once, compared by nobody.
public record AdapterNumbers(
    float[] score,
    float[] statisticsShift,
    float[] statisticsScale,
    float[] hiddenWeights,
    float[] hiddenBiases,
    float[] outputWeights,
    float[] outputBiases) {

  /// Reads the numbers of an adapter.
  public static AdapterNumbers of(CosineAdapter adapter) {
    Network network = adapter.network();
    float[] weights = network.weights();
    int inputs = network.inputs();
    int hidden = network.hidden();
    float[] ofHidden = new float[inputs * hidden];
    for (int input = 0; input < inputs; input++) {
      for (int unit = 0; unit < hidden; unit++) {
        ofHidden[unit * inputs + input] = weights[input * hidden + unit];
      }
    }
    int biases = inputs * hidden;
    int outputs = biases + hidden;
    int last = weights.length - network.outputs();
    Standard[] statistics = adapter.statistics();
    float[] shift = new float[statistics.length];
    float[] scale = new float[statistics.length];
    for (int i = 0; i < statistics.length; i++) {
      shift[i] = statistics[i].shift();
      scale[i] = statistics[i].scale();
    }
    return new AdapterNumbers(
        new float[] {adapter.score().shift(), adapter.score().scale()},
        shift,
        scale,
        ofHidden,
        Arrays.copyOfRange(weights, biases, outputs),
        Arrays.copyOfRange(weights, outputs, last),
        Arrays.copyOfRange(weights, last, weights.length));
  }
}
