package dev.kith.client;

import java.util.List;

/// Several interests to serve at once (El-Kishky et al., kNN-Embed, 2022). Start from [#of] and
/// change what differs, or let [KithRanking#buildMixture] make one.
///
/// @param components 1 to 64
/// @param allocation how hits are shared out among them
/// @param dedupe whether a point that several find is returned once, and others come in its stead
public record Mixture(List<MixtureComponent> components, Allocation allocation, boolean dedupe) {
  public Mixture {
    components = List.copyOf(components);
  }

  /// How hits are shared out.
  public enum Allocation {
    /// The next hit is of the component that is farthest behind its weight (Webster's highest
    /// averages): however many hits one looks at, they are in proportion.
    PROPORTIONAL,

    /// Each component has the whole part of its share of the limit, and those with the largest
    /// remainders one more; the hits of the weightiest come first.
    LARGEST_REMAINDER
  }

  /// Hits in proportion to weights, each point once.
  public static Mixture of(MixtureComponent... components) {
    return of(List.of(components));
  }

  /// Hits in proportion to weights, each point once.
  public static Mixture of(List<MixtureComponent> components) {
    return new Mixture(components, Allocation.PROPORTIONAL, true);
  }

  /// The same, sharing hits out in another way.
  public Mixture allocatedBy(Allocation other) {
    return new Mixture(components, other, dedupe);
  }

  /// The same, returning a point as often as components find it.
  public Mixture withDuplicates() {
    return new Mixture(components, allocation, false);
  }
}
