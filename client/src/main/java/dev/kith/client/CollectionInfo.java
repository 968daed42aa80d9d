package dev.kith.client;

import java.time.Instant;
import java.util.Optional;

/// A collection as it is.
///
/// @param spec its definition, with what the server chose filled in
/// @param created when it was created
/// @param points live points
/// @param choice what has come of [IndexSpec.Auto]; empty for any other index
public record CollectionInfo(
    CollectionSpec spec, Instant created, long points, Optional<IndexChoice> choice) {

  /// Its name.
  public String name() {
    return spec.name();
  }
}
