package dev.kith.server.search;

import dev.kith.index.ivf.Reach;
import dev.kith.server.collection.PointId;
import dev.kith.server.filter.Filter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How to search and what to return, in range.
///
/// @param limit hits to return, at least 1
/// @param ef candidates kept while searching; the collection's default if empty
/// @param rescore candidates by codes to score exactly; as many as each segment measured if empty
/// @param reach which inverted lists to read of every segment; as each measured if empty
/// @param adaptive at which widths to compare prefixes; if empty, see [dev.kith.index.codec.Widths]
/// @param exact whether to score every point
/// @param vectors whether hits carry their vectors
/// @param payloads whether hits carry their payloads
/// @param explain whether to tell how the answer was found
/// @param minLsn the answer reflects at least this write, an unsigned number; 0 for any
/// @param filter which points may answer; all if empty
/// @param ranking what is made of the candidates
public record SearchOptions(
    int limit,
    OptionalInt ef,
    OptionalInt rescore,
    Optional<Reach> reach,
    Optional<Adaptive> adaptive,
    boolean exact,
    boolean vectors,
    boolean payloads,
    boolean explain,
    long minLsn,
    Optional<Filter> filter,
    Ranking ranking) {

  /// The usual search for so many points, of which nothing but their places is wanted.
  public static SearchOptions usual(int limit) {
    return new SearchOptions(
        limit,
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        false,
        false,
        0,
        Optional.empty(),
        Ranking.NONE);
  }

  /// The same, looking for so many points.
  SearchOptions seeking(int points) {
    return new SearchOptions(
        points, ef, rescore, reach, adaptive, exact, vectors, payloads, explain, minLsn, filter,
        ranking);
  }

  /// The same, with nothing of the points but their ids.
  SearchOptions withoutContent() {
    return new SearchOptions(
        limit, ef, rescore, reach, adaptive, exact, false, false, explain, minLsn, filter, ranking);
  }

  /// The same, without certain points.
  SearchOptions leavingOut(Collection<PointId> points) {
    if (points.isEmpty()) {
      return this;
    }
    Filter others = new Filter.Not(new Filter.Ids(List.copyOf(points)));
    Filter both =
        filter.<Filter>map(asked -> new Filter.All(List.of(asked, others))).orElse(others);
    return new SearchOptions(
        limit,
        ef,
        rescore,
        reach,
        adaptive,
        exact,
        vectors,
        payloads,
        explain,
        minLsn,
        Optional.of(both),
        ranking);
  }
}
