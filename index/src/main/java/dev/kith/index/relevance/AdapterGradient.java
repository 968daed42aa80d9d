package dev.kith.index.relevance;

import dev.kith.index.relevance.CosineAdapter.Standard;
import java.util.Arrays;

/// Sums up what the cross-entropy of some lists changes by with every weight of an adapter. Owned
/// by one thread.
final class AdapterGradient {
  private final CosineAdapter adapter;
  private final Network network;
  private final float[] sums;
  private final float[] input;
  private final float[] units;
  private final float[] ofUnits;
  private final double[] ofOutputs;
  private double pairs;

  /// @param adapter whose weights may change between calls
  AdapterGradient(CosineAdapter adapter) {
    this.adapter = adapter;
    this.network = adapter.network();
    this.sums = new float[network.weights().length];
    this.input = new float[network.inputs()];
    this.units = new float[network.hidden()];
    this.ofUnits = new float[network.hidden()];
    this.ofOutputs = new double[network.outputs()];
  }

  /// Forgets all lists.
  void clear() {
    Arrays.fill(sums, 0);
    pairs = 0;
  }

  /// Adds a list.
  ///
  /// @param first candidates that count anyhow, as relevant ones do
  /// @param stride every so-manieth of the others counts, for all of them
  /// @param phase which of these, in `[0, stride)`
  void add(JudgedList list, int first, int stride, int phase) {
    Standard axis = adapter.describe(list.query(), list.scores(), list.size(), input);
    network.activate(input, units);
    double slopeOutput = network.output(0, units);
    double a = CosineAdapter.slope(slopeOutput);
    double b = network.output(1, units);
    boolean isPower = adapter.form() == AdapterForm.POWER;
    double k =
        isPower ? CosineAdapter.exponent(network.output(2, units)) : adapter.form().exponent();
    double ofSlope = 0;
    double ofIntercept = 0;
    double ofExponent = 0;
    for (int i = 0; i < list.size(); i++) {
      if (!list.isJudged(i)) {
        continue;
      }
      boolean isSure = i < first || list.grade(i) > 0;
      if (!isSure && (i - first) % stride != phase) {
        continue;
      }
      double weight = isSure ? 1 : stride;
      double x = axis.of(list.scores()[i]);
      double power = CosineAdapter.power(x, k);
      double share = 1 / (1 + Math.exp(-(a * power + b)));
      double error = weight * (share - list.grade(i));
      ofSlope += error * power;
      ofIntercept += error;
      if (isPower && x != 0) {
        ofExponent += error * a * power * Math.log(Math.abs(x));
      }
      pairs += weight;
    }
    ofOutputs[0] = ofSlope / (1 + Math.exp(-slopeOutput));
    ofOutputs[1] = ofIntercept;
    if (isPower) {
      ofOutputs[2] = ofExponent * k * (1 - k / 2);
    }
    network.addGradient(input, units, ofOutputs, ofUnits, sums);
  }

  /// What the mean over all pairs changes by; valid until the next call of any method.
  float[] mean() {
    if (pairs > 0) {
      float each = (float) (1 / pairs);
      for (int i = 0; i < sums.length; i++) {
        sums[i] *= each;
      }
      pairs = 1;
    }
    return sums;
  }
}
