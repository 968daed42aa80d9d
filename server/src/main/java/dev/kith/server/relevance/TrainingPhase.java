package dev.kith.server.relevance;

/// What a training or an evaluation is at.
public enum TrainingPhase {
  /// Judged queries come in.
  RECEIVING,

  /// The candidates of every query are looked for; counts queries.
  SEARCHING,

  /// The model is fitted; counts rounds over all queries.
  FITTING,

  /// What the collection knows is learnt; counts steps, of an unknown number.
  PROFILING
}
