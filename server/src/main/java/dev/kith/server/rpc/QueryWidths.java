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
/// @param prefixes widths of prefixes as they are; empty if there are none
/// @param areLearnt whether there are prefixes along axes that were learnt, of which nobody outside
///   knows
record QueryWidths(VectorSpace space, List<Integer> prefixes, boolean areLearnt) {

  static QueryWidths of(CollectionSpec spec) {
    Codec codec = spec.index().codec();
    boolean isAsIs = codec instanceof Codec.Prefix prefix && prefix.basis() == Basis.AS_IS;
    boolean areLearnt = codec instanceof Codec.Prefix && !isAsIs;
    return new QueryWidths(
        spec.space(), isAsIs ? CodecMessages.widths(codec, spec.space()) : List.of(), areLearnt);
  }

  /// The space of a query that has so many coordinates.
  ///
  /// @param field that they are in
  /// @throws dev.kith.server.refusal.RefusedException naming the field, if there are prefixes and
  ///   none is as wide; where there are none, what reads the query says what is wrong with it
  VectorSpace spaceOf(String field, long coordinates) {
    if (areLearnt && coordinates < space.dimension() && coordinates > 0) {
      throw Fields.invalid(
          field,
          ("must be of the collection's dimension, %d, got %d: queries of fewer are for prefixes of"
                  + " vectors as they are, and these lie along axes that were learnt")
              .formatted(space.dimension(), coordinates));
    }
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
