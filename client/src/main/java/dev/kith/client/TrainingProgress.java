package dev.kith.client;

/// Where a training or an evaluation stands.
///
/// @param phase what is being done
/// @param completed of the phase
/// @param total of the phase, at most
public record TrainingProgress(Phase phase, long completed, long total) {

  /// The phases, in order.
  public enum Phase {
    /// Judged queries come in.
    RECEIVING,

    /// The nearest points of every query are looked for; counts queries.
    SEARCHING,

    /// The model is fitted; counts rounds over all queries.
    FITTING,

    /// What the collection knows is learnt.
    PROFILING,

    /// Done.
    FINISHED
  }
}
