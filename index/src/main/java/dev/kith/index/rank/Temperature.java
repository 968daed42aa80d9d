package dev.kith.index.rank;

/// What the scores of a list are divided by before they become shares of probability. Immutable and
/// thread-safe.
public sealed interface Temperature {

  /// Finds it for some scores.
  ///
  /// @param scores `[0, count)` of them, finite
  /// @param room for as many numbers; overwritten
  /// @return 1 if there are none, or all are equal, unless it is given
  double of(float[] scores, int count, float[] room);

  /// That of a perplexity of 10, or of half of one more than there are scores if that is less:
  /// scores of any metric and model become shares that way.
  record Usual() implements Temperature {
    private static final double PERPLEXITY = 10;

    @Override
    public double of(float[] scores, int count, float[] room) {
      return ofPerplexity(scores, count, Math.min(PERPLEXITY, (count + 1) / 2.0), room);
    }
  }

  /// One that is given, whatever the scores.
  ///
  /// @param value in `[1e-6, 1e6]`, in units of the score
  record Of(double value) implements Temperature {
    public Of {
      requireRange("a temperature", value, 1e-6, 1e6);
    }

    @Override
    public double of(float[] scores, int count, float[] room) {
      return value;
    }
  }

  /// That at which as many equal shares would be as uncertain.
  ///
  /// @param target in `[1, 10000]`; with fewer scores, shares are all but equal
  record Perplexity(double target) implements Temperature {
    public Perplexity {
      requireRange("a perplexity", target, 1, 10_000);
    }

    @Override
    public double of(float[] scores, int count, float[] room) {
      return ofPerplexity(scores, count, target, room);
    }
  }

  /// That at which shares diverge from equal ones by so much: of a perplexity of `count *
  /// exp(-rho)`, and at least 1. See [Softmax#temperature].
  ///
  /// @param rho in `[0, 10]` nats
  record Divergence(double rho) implements Temperature {
    public Divergence {
      requireRange("a divergence", rho, 0, 10);
    }

    @Override
    public double of(float[] scores, int count, float[] room) {
      return ofPerplexity(scores, count, count * Math.exp(-rho), room);
    }
  }

  private static double ofPerplexity(float[] scores, int count, double perplexity, float[] room) {
    double reached = Math.clamp(perplexity, 1, Math.max(1, count));
    return count == 0 ? 1 : Softmax.temperature(scores, count, reached, room);
  }

  private static void requireRange(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s must be in [%s, %s], got %s".formatted(name, least, most, value));
    }
  }
}
