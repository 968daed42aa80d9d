package dev.kith.client;

import java.time.Instant;

/// A collection as it is.
///
/// @param spec its definition, with what the server chose filled in
/// @param created when it was created
/// @param points live points
public record CollectionInfo(CollectionSpec spec, Instant created, long points) {

  /// Its name.
  public String name() {
    return spec.name();
  }
}
