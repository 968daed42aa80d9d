package dev.kith.client;

import java.util.List;

/// A mixture that was made of points.
///
/// @param components the weightiest first, each a vector; their weights add up to one
/// @param missing ids that do not exist
/// @param cells groups that points were put into
/// @param lsn the mixture reflects every write up to this LSN
public record BuiltMixture(
    List<MixtureComponent> components, List<PointId> missing, int cells, long lsn) {
  public BuiltMixture {
    components = List.copyOf(components);
    missing = List.copyOf(missing);
  }

  /// What to search for: all of them, hits in proportion to weights, each point once.
  public Mixture mixture() {
    return Mixture.of(components);
  }
}
