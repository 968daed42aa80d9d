package dev.kith.server.search;

import java.util.List;
import java.util.Optional;

/// What a query was classified as.
///
/// @param found how its neighbours were found; none of them
/// @param classes the likeliest, best first
/// @param abstained whether none is likely enough
/// @param distinct classes that are possible at all
/// @param neighbors that have a say
/// @param withoutValue neighbours that have none
/// @param shares what became of those of the neighbours; empty if none has a say
/// @param spread of the classes, if every one is a number
public record Classification(
    SearchAnswer found,
    List<ClassShare> classes,
    boolean abstained,
    int distinct,
    int neighbors,
    int withoutValue,
    Optional<SearchAnswer.SharesOutcome> shares,
    Optional<Spread> spread) {
  public Classification {
    classes = List.copyOf(classes);
  }

  /// Where numbers are, and how far apart.
  public record Spread(double mean, double deviation) {}
}
