package dev.kith.index.relevance;

import dev.kith.index.Require;

/// Which model to train.
public sealed interface ModelSpec {

  /// [RawScore].
  record Raw() implements ModelSpec {}

  /// [Logistic].
  record Platt() implements ModelSpec {}

  /// [dev.kith.index.relevance.ZScore].
  record Standing() implements ModelSpec {}

  /// [LargestGap].
  record Gap() implements ModelSpec {}

  /// [RankTable].
  record FixedK() implements ModelSpec {}

  /// [CosineAdapter].
  ///
  /// @param form of the curve
  /// @param inputs what the network sees
  /// @param hiddenUnits of the network, in `[1, 1024]`
  record Adapter(AdapterForm form, AdapterInputs inputs, int hiddenUnits) implements ModelSpec {

    /// The one that does best where nobody knows better.
    public static final Adapter DEFAULT =
        new Adapter(AdapterForm.POWER, AdapterInputs.QUERY_AND_STATISTICS, 64);

    public Adapter {
      Require.inRange("hidden units", hiddenUnits, 1, 1024);
    }
  }
}
