package dev.kith.client.cli;

import dev.kith.client.Diversity;
import dev.kith.client.Temperature;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that ask for hits that are unlike each other.
final class DiversityOptions {
  @Option(
      names = "--mmr",
      arity = "0..1",
      fallbackValue = "0.5",
      paramLabel = "WEIGHT",
      description =
          "Diverse hits by maximal marginal relevance: each is near, and unlike those"
              + " before it, which weighs so much against nearness, 0 to 1 (default 0.5).")
  private @Nullable Double marginal;

  @Option(
      names = "--soft-nms",
      arity = "0..1",
      fallbackValue = "0.5",
      paramLabel = "SIGMA",
      description =
          "Diverse hits by Soft-NMS: after each hit the shares of all others decay by"
              + " exp(-cosine^2 / SIGMA), above 0 and at most 1000 (default 0.5; smaller"
              + " decays faster).")
  private @Nullable Double sigma;

  @Option(
      names = "--soft-nms-above",
      paramLabel = "COSINE",
      description = {
        "Soft-NMS whose shares decay by 1 - cosine instead, above this cosine alone, 0 to below 1."
      })
  private @Nullable Double threshold;

  @Option(
      names = "--group",
      paramLabel = "SCORE",
      description =
          "Return near duplicates as one hit: points that score so much for each other,"
              + " on the scale of the metric, such as 0.95 for cosine or -0.1 for Euclidean.")
  private @Nullable Float duplicates;

  /// Whether any of them was given.
  boolean isAsked() {
    return marginal != null || decays() || duplicates != null;
  }

  /// Whether shares decay, for which they need a temperature.
  boolean decays() {
    return sigma != null || threshold != null;
  }

  /// What was asked for.
  ///
  /// @throws UsageException if more than one was
  Diversity get(Temperature temperature, OptionalInt candidates) {
    int given =
        (marginal == null ? 0 : 1)
            + (sigma == null ? 0 : 1)
            + (threshold == null ? 0 : 1)
            + (duplicates == null ? 0 : 1);
    if (given > 1) {
      throw new UsageException(
          "--mmr, --soft-nms, --soft-nms-above and --group each choose the hits: give one");
    }
    return new Diversity(method(temperature), candidates);
  }

  private Diversity.Method method(Temperature temperature) {
    if (marginal != null) {
      return new Diversity.Method.MarginalRelevance(OptionalDouble.of(marginal));
    }
    if (duplicates != null) {
      return new Diversity.Method.NearDuplicates(duplicates);
    }
    Optional<Diversity.Decay> decay =
        sigma == null
            ? Optional.ofNullable(threshold).map(Diversity.Decay.Linear::new)
            : Optional.of(new Diversity.Decay.Gaussian(sigma));
    return new Diversity.Method.SoftNms(decay, temperature);
  }
}
