package dev.kith.index.relevance;

import dev.kith.index.Metric;
import java.util.Optional;

/// A model with what is known about it, as it is stored and used. Immutable and thread-safe.
///
/// @param model maps scores to relevances
/// @param candidates that a search should look for
/// @param dimension of the queries that it was trained on
/// @param metric of the scores that it was trained on
/// @param thresholds calibrated, or [Thresholds#NONE]
/// @param baselines fitted to the same queries, to judge the model by, if it was fitted to any
/// @param likeness to the queries that it was trained on, if there were enough
/// @param profile of what the collection knows, if it was made
public record TrainedModel(
    RelevanceModel model,
    int candidates,
    int dimension,
    Metric metric,
    Thresholds thresholds,
    Optional<Baselines> baselines,
    Optional<QueryLikeness> likeness,
    Optional<OutlierProfile> profile) {

  /// The same with likeness to queries.
  TrainedModel withLikeness(QueryLikeness made) {
    return new TrainedModel(
        model, candidates, dimension, metric, thresholds, baselines, Optional.of(made), profile);
  }

  /// The same with a profile.
  public TrainedModel withProfile(OutlierProfile made) {
    return new TrainedModel(
        model, candidates, dimension, metric, thresholds, baselines, likeness, Optional.of(made));
  }

  /// Whether the model was fitted to judged queries.
  public boolean isTrained() {
    return thresholds.queries() > 0;
  }

  /// Memory it takes, about.
  public long bytes() {
    return (long) model.parameters() * Float.BYTES
        + thresholds.bytes()
        + baselines.map(Baselines::bytes).orElse(0L)
        + likeness.map(QueryLikeness::bytes).orElse(0L)
        + profile.map(OutlierProfile::bytes).orElse(0L);
  }

  /// Bytes to store, which [#decode] reads. Little-endian, with a magic number, a version and a
  /// CRC-32C at the end.
  public byte[] encode() {
    return ModelFormat.encode(this);
  }

  /// Reads what [#encode] wrote.
  ///
  /// @throws IllegalArgumentException if it is damaged or of a newer version, saying what was
  ///   expected and found
  public static TrainedModel decode(byte[] stored) {
    return ModelFormat.decode(stored);
  }
}
