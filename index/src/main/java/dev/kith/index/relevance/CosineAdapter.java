package dev.kith.index.relevance;

import java.util.Arrays;

/// A curve over the score whose parameters a small network chooses for the query: `1 / (1 +
/// exp(-(sgn(x) * a * |x|^k + b)))`.
///
/// From Rossi, Lin, Liu, Yang, Lee, Magnani and Liao, *Relevance filtering for embedding-based
/// retrieval* (CIKM 2024), where the network sees the query alone. Here it sees what the scores of
/// the candidates look like too, which says more. `a` is a softplus, so that the curve ascends and
/// the order of hits stays, and `k` is twice a logistic function.
///
/// Where the network sees the query alone, `x` is the score, as in the paper (under another metric
/// than COSINE shifted and scaled to about one). Where it sees the statistics, `x` is how far the
/// score stands out from those of all candidates ([ZScore]): for one query that is the same family
/// of curves, but training begins with one that suits every list.
public final class CosineAdapter implements RelevanceModel {
  private final AdapterForm form;
  private final AdapterInputs inputs;
  private final int dimension;
  private final Standard score;
  private final Standard[] statistics;
  private final Network network;

  /// How a number is brought to about one: `(x - shift) * scale`.
  ///
  /// @param shift finite
  /// @param scale above 0
  record Standard(float shift, float scale) {
    static final Standard SAME = new Standard(0, 1);

    Standard {
      if (!(Math.abs(shift) <= Float.MAX_VALUE && scale > 0 && scale <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "a shift is finite and a scale above 0, got %s and %s".formatted(shift, scale));
      }
    }

    float of(float x) {
      return (x - shift) * scale;
    }
  }

  /// @param dimension coordinates of a query
  /// @param score how scores are brought to about one
  /// @param statistics how those of [ListStatistics] are; none where they are not looked at
  /// @param network chooses `a`, `b` and, of the form POWER, `k`
  CosineAdapter(
      AdapterForm form,
      AdapterInputs inputs,
      int dimension,
      Standard score,
      Standard[] statistics,
      Network network) {
    int expected = inputs(inputs, dimension);
    if (network.inputs() != expected
        || network.outputs() != form.outputs()
        || statistics.length != (inputs.hasStatistics() ? ListStatistics.COUNT : 0)) {
      throw new IllegalArgumentException(
          "an adapter of %s over %s has %d inputs and %d outputs, got %d, %d and %d statistics"
              .formatted(
                  form,
                  inputs,
                  expected,
                  form.outputs(),
                  network.inputs(),
                  network.outputs(),
                  statistics.length));
    }
    this.form = form;
    this.inputs = inputs;
    this.dimension = dimension;
    this.score = score;
    this.statistics = statistics;
    this.network = network;
  }

  static int inputs(AdapterInputs inputs, int dimension) {
    return (inputs.hasQuery() ? dimension : 0)
        + (inputs.hasStatistics() ? ListStatistics.COUNT : 0);
  }

  @Override
  public void relevances(float[] query, float[] scores, int count, float[] relevances) {
    if (count == 0) {
      return;
    }
    float[] input = new float[network.inputs()];
    float[] units = new float[network.hidden()];
    Standard axis = describe(query, scores, count, input);
    network.activate(input, units);
    double a = slope(network.output(0, units));
    double b = network.output(1, units);
    double k = form == AdapterForm.POWER ? exponent(network.output(2, units)) : form.exponent();
    for (int i = 0; i < count; i++) {
      relevances[i] = Curve.logistic(a * power(axis.of(scores[i]), k) + b);
    }
  }

  /// What the network sees: coordinates of a unit vector times the root of their number, which
  /// makes them about one, then the statistics.
  ///
  /// @return what makes an `x` of a score
  Standard describe(float[] query, float[] scores, int count, float[] input) {
    int next = 0;
    if (inputs.hasQuery()) {
      float scale = queryScale(query);
      for (; next < dimension; next++) {
        input[next] = query[next] * scale;
      }
    }
    if (!inputs.hasStatistics()) {
      return score;
    }
    double mean = ListStatistics.mean(scores, count);
    double deviation = ListStatistics.deviation(scores, count, mean);
    ListStatistics.describe(scores, count, mean, deviation, input, next);
    for (Standard standard : statistics) {
      input[next] = standard.of(input[next]);
      next++;
    }
    // Equal scores do not stand out: their distance from the mean is nothing but rounding.
    double scale = deviation > 1e-6 * Math.abs(mean) ? 1 / deviation : Float.MIN_NORMAL;
    return new Standard((float) mean, (float) Math.min(scale, Float.MAX_VALUE));
  }

  private float queryScale(float[] query) {
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      squares += (double) query[i] * query[i];
    }
    return squares > 0 ? (float) Math.sqrt(dimension / squares) : 0;
  }

  static double slope(double output) {
    return output > 30 ? output : Math.log1p(Math.exp(output));
  }

  static double exponent(double output) {
    return 2 / (1 + Math.exp(-output));
  }

  /// `sgn(x) * |x|^k`, which never descends.
  static double power(double x, double k) {
    if (k == 1) {
      return x;
    }
    return Math.copySign(Math.pow(Math.abs(x), k), x);
  }

  @Override
  public int parameters() {
    return network.weights().length;
  }

  /// The form of the curve.
  public AdapterForm form() {
    return form;
  }

  /// What the network sees.
  public AdapterInputs inputs() {
    return inputs;
  }

  /// Coordinates of a query.
  public int dimension() {
    return dimension;
  }

  /// Units of the hidden layer.
  public int hiddenUnits() {
    return network.hidden();
  }

  Standard score() {
    return score;
  }

  Standard[] statistics() {
    return statistics.clone();
  }

  Network network() {
    return network;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CosineAdapter that
        && form == that.form
        && inputs == that.inputs
        && dimension == that.dimension
        && score.equals(that.score)
        && Arrays.equals(statistics, that.statistics)
        && Arrays.equals(network.weights(), that.network.weights());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(network.weights());
  }
}
