package dev.kith.client;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A point that answers a query.
///
/// @param id its id
/// @param score on the metric's scale; higher is nearer
/// @param version LSN of the write that made this version of the point
/// @param payload byte for byte as stored; null unless asked for and present
/// @param vector bit for bit as stored; null unless asked for
/// @param relevance how likely it is relevant, in `[0, 1]`; empty unless asked for
/// @param probability its share, in `[0, 1]`; empty unless asked for
/// @param rankScore what hits are ordered by if that is not the score, on the scale that
///   [SearchResult#rankScale] states
/// @param duplicates near duplicates that it stands for, the best first; none unless asked for
/// @param component of a mixture, the one that found it first, from 0
@SuppressWarnings("ArrayRecordComponent") // Compared by id and version, never by coordinates.
public record Hit(
    PointId id,
    float score,
    long version,
    @Nullable Payload payload,
    float @Nullable [] vector,
    OptionalDouble relevance,
    OptionalDouble probability,
    OptionalDouble rankScore,
    List<PointId> duplicates,
    OptionalInt component) {
  public Hit {
    duplicates = List.copyOf(duplicates);
  }
}
