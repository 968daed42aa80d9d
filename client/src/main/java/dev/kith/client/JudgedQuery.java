package dev.kith.client;

import java.util.List;

/// A query with what was judged for it.
///
/// @param vector of the collection's dimension; not to be changed
/// @param judgments at most one for a point, at most [#MAX_JUDGMENTS]
@SuppressWarnings("ArrayRecordComponent") // Handed over, compared by nobody.
public record JudgedQuery(float[] vector, List<Judgment> judgments) {

  /// Most points judged for a query.
  public static final int MAX_JUDGMENTS = 10_000;

  public JudgedQuery {
    judgments = List.copyOf(judgments);
    if (judgments.size() > MAX_JUDGMENTS) {
      throw new IllegalArgumentException(
          "at most %d points can be judged for a query, got %d"
              .formatted(MAX_JUDGMENTS, judgments.size()));
    }
  }
}
