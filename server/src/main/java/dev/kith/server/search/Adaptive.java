package dev.kith.server.search;

import dev.kith.index.codec.Widths;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// At which widths a search asks for prefixes to be compared: in range, but not fitted to those of
/// a collection yet ([AdaptiveWidths]).
///
/// @param coarse coordinates by which inverted lists are chosen; whole vectors if empty
/// @param scan coordinates by which rows are compared first; empty for those of the first step of
///   the ladder or, without one, of the widest prefix
/// @param scanKeep rows that this comparison keeps; empty for as many as suit
/// @param ladder steps behind it, ascending in width and not in rows kept; may be empty
/// @param certified whether rows are compared at every width until a bound excludes them; then all
///   else is empty
/// @param full whether whole vectors alone are compared; then all else is empty
/// @param budget what the search may take, for which lists and widths are chosen; then all else is
///   empty
public record Adaptive(
    OptionalInt coarse,
    OptionalInt scan,
    OptionalInt scanKeep,
    List<Widths.Rung> ladder,
    boolean certified,
    boolean full,
    Optional<Budget> budget) {
  public Adaptive {
    ladder = List.copyOf(ladder);
  }
}
