package dev.kith.client.cli;

import dev.kith.client.Temperature;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say what scores are divided by to become shares.
final class TemperatureOptions {
  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "What scores are divided by to become shares, in units of the score, 1e-6 to"
              + " 1e6. Lower gives the best more (default what gives a perplexity of 10).")
  private @Nullable Double value;

  @Option(
      names = "--perplexity",
      paramLabel = "P",
      description =
          "Instead of --temperature, that at which shares are as uncertain as so many"
              + " equal ones, 1 to 10000: each query gets its own.")
  private @Nullable Double perplexity;

  @Option(
      names = "--rho",
      paramLabel = "NATS",
      description = {
        "Instead of --temperature, that at which shares diverge so much from equal ones, 0 to 10."
      })
  private @Nullable Double rho;

  /// Whether any of them was given.
  boolean isAsked() {
    return value != null || perplexity != null || rho != null;
  }

  /// What was asked for.
  ///
  /// @throws UsageException if it was asked for twice
  Temperature get() {
    return of("--temperature, --perplexity and --rho", value, perplexity, rho);
  }

  /// The one that is there.
  ///
  /// @param what names all three in a complaint
  /// @throws UsageException if there is more than one
  static Temperature of(
      String what, @Nullable Double value, @Nullable Double perplexity, @Nullable Double rho) {
    int given = (value == null ? 0 : 1) + (perplexity == null ? 0 : 1) + (rho == null ? 0 : 1);
    if (given > 1) {
      throw new UsageException(what + " each choose the temperature: give one");
    }
    if (value != null) {
      return Temperature.of(value);
    }
    if (perplexity != null) {
      return Temperature.ofPerplexity(perplexity);
    }
    return rho == null ? Temperature.usual() : Temperature.ofRho(rho);
  }
}
