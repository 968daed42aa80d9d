package dev.kith.index.relevance;

/// Moves weights against their gradient, each by about the same however large its slope is (Kingma
/// and Ba, *Adam: A method for stochastic optimization*, ICLR 2015, algorithm 1). Owned by one
/// thread.
public final class Adam {
  private static final double MOMENTUM = 0.9;
  private static final double SQUARES_MOMENTUM = 0.999;
  private static final float LEAST = 1e-8f;

  private final float[] weights;
  private final float[] means;
  private final float[] squares;
  private int steps;

  /// @param weights changed by every step; shared
  public Adam(float[] weights) {
    this.weights = weights;
    this.means = new float[weights.length];
    this.squares = new float[weights.length];
  }

  /// Takes a step.
  ///
  /// @param gradient as long as the weights
  /// @param rate how far
  public void step(float[] gradient, double rate) {
    steps++;
    // Both means begin at zero, which is made up for here.
    double unbiased = 1 - Math.pow(MOMENTUM, steps);
    double unbiasedSquares = 1 - Math.pow(SQUARES_MOMENTUM, steps);
    float stride = (float) (rate / unbiased);
    float ofSquares = (float) (1 / unbiasedSquares);
    float momentum = (float) MOMENTUM;
    float squaresMomentum = (float) SQUARES_MOMENTUM;
    for (int i = 0; i < weights.length; i++) {
      float slope = gradient[i];
      means[i] = momentum * means[i] + (1 - momentum) * slope;
      squares[i] = squaresMomentum * squares[i] + (1 - squaresMomentum) * slope * slope;
      weights[i] -= stride * means[i] / ((float) Math.sqrt(squares[i] * ofSquares) + LEAST);
    }
  }
}
