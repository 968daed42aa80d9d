package dev.kith.bench.relevance;

import dev.kith.index.relevance.AdapterForm;
import dev.kith.index.relevance.AdapterInputs;
import dev.kith.index.relevance.ModelSpec;

/// A model that takes part.
enum Contender {
  /// What Kith trains where nobody asks for something else.
  KITH("adapter of query and statistics"),
  /// The same without the query.
  STATISTICS("adapter of statistics"),
  /// The same without the statistics.
  QUERY("adapter of query"),
  /// The plainest one of the paper.
  PAPER("linear adapter of query (paper)"),
  /// One logistic function of how far scores stand out.
  ZSCORE("zscore"),
  /// One logistic function of the score.
  PLATT("platt"),
  /// The score.
  RAW("raw"),
  /// What is before the largest jump.
  GAP("gap"),
  /// The rank.
  FIXED_K("fixed_k");

  private final String text;

  Contender(String text) {
    this.text = text;
  }

  /// As tables call it.
  String text() {
    return text;
  }

  /// How it is trained.
  ///
  /// @param hiddenUnits of a network
  ModelSpec spec(int hiddenUnits) {
    return switch (this) {
      case KITH ->
          new ModelSpec.Adapter(AdapterForm.POWER, AdapterInputs.QUERY_AND_STATISTICS, hiddenUnits);
      case STATISTICS ->
          new ModelSpec.Adapter(AdapterForm.POWER, AdapterInputs.STATISTICS, hiddenUnits);
      case QUERY -> new ModelSpec.Adapter(AdapterForm.POWER, AdapterInputs.QUERY, hiddenUnits);
      case PAPER -> new ModelSpec.Adapter(AdapterForm.LINEAR, AdapterInputs.QUERY, hiddenUnits);
      case ZSCORE -> new ModelSpec.Standing();
      case PLATT -> new ModelSpec.Platt();
      case RAW -> new ModelSpec.Raw();
      case GAP -> new ModelSpec.Gap();
      case FIXED_K -> new ModelSpec.FixedK();
    };
  }
}
