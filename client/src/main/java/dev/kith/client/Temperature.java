package dev.kith.client;

/// What scores are divided by before they become shares of probability, `exp(score / temperature)`
/// over the sum of all. The lower, the more the best have. Immutable values.
public sealed interface Temperature {

  /// That at which shares have a perplexity of 10, or of half of one more than there are scores if
  /// that is less: scores of any metric and model become shares that way. But 1 where scores are
  /// logarithms of probabilities, as a mixture of signals and the odds of relevance are.
  record Usual() implements Temperature {}

  /// The temperature itself.
  ///
  /// @param value in `[1e-6, 1e6]`, in units of the score
  record Fixed(double value) implements Temperature {}

  /// That at which shares are as uncertain as so many equal ones: each query gets one of its own.
  ///
  /// @param target in `[1, 10000]`; with fewer scores, all shares are equal
  record Perplexity(double target) implements Temperature {}

  /// That at which shares diverge from equal ones by so much: the optimum that TempNet's network is
  /// trained for (Qiu et al., To cool or not to cool?, 2024).
  ///
  /// @param nats in `[0, 10]`
  record Rho(double nats) implements Temperature {}

  /// One that scores of any metric and model take.
  static Temperature usual() {
    return new Usual();
  }

  /// The temperature itself, in units of the score.
  static Temperature of(double value) {
    return new Fixed(value);
  }

  /// That at which shares have this perplexity.
  static Temperature ofPerplexity(double target) {
    return new Perplexity(target);
  }

  /// That at which the shares' divergence from equal ones is so many nats.
  static Temperature ofRho(double nats) {
    return new Rho(nats);
  }
}
