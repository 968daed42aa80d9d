package dev.kith.server.rpc;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.server.collection.CollectionSpec;
import java.util.List;

/// How many coordinates a query of a collection may have: as many as its vectors or, where these
/// have prefixes as they are, as one of those.
///
/// @param space of the vectors
/// @param prefixes widths of prefixes; empty if there are none, or they lie along learnt axes, of
///   which nobody outside knows
record QueryWidths(VectorSpace space, List<Integer> prefixes) {

  static QueryWidths of(CollectionSpec spec) {
    boolean isAsIs =
        spec.index().codec() instanceof Codec.Prefix prefix && prefix.basis() == Basis.AS_IS;
    return new QueryWidths(
        spec.space(),
        isAsIs ? CodecMessages.widths(spec.index().codec(), spec.space()) : List.of());
  }

  /// The space of a query that has so many coordinates.
  ///
  /// @param field that they are in
  /// @throws dev.kith.server.refusal.RefusedException naming the field, if there are prefixes and
  ///   none is as wide; where there are none, what reads the query says what is wrong with it
  VectorSpace spaceOf(String field, long coordinates) {
    if (coordinates == space.dimension() || prefixes.isEmpty()) {
      return space;
    }
    return prefixes.stream()
        .filter(width -> width == coordinates)
        .findFirst()
        .map(width -> new VectorSpace(width, space.metric()))
        .orElseThrow(
            () ->
                Fields.invalid(
                    field,
                    "must be of the collection's dimension, %d, or of that of a prefix, %s, got %d"
                        .formatted(space.dimension(), prefixes, coordinates)));
  }
}
