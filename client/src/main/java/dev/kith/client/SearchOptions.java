package dev.kith.client;

import java.util.OptionalInt;

/// How to search and what to return. Start from [#top] and change what differs.
///
/// @param limit hits to return, in `[1, 10000]`
/// @param ef candidates the index keeps while searching, in `[1, 10000]`; more means higher recall
///   and more time. The collection's default if empty
/// @param rescore where the collection has a codec, candidates that are scored by their vectors, in
///   `[1, 10000]`; as many as each segment has measured to do if empty
/// @param nprobe where the collection has inverted lists, lists to read of every segment, in `[1,
///   65536]`; as many as each segment has measured to do if empty
/// @param exact scans every point, so that recall is 1
/// @param fields what hits carry
/// @param explain whether the answer tells how it was found
/// @param minLsn the answer reflects at least this write, or fails; 0 for any
public record SearchOptions(
    int limit,
    OptionalInt ef,
    OptionalInt rescore,
    OptionalInt nprobe,
    boolean exact,
    Fields fields,
    boolean explain,
    long minLsn) {

  /// What is returned of a point besides its id and version.
  ///
  /// @param vector its vector
  /// @param payload its payload
  public record Fields(boolean vector, boolean payload) {}

  /// The best `limit` hits with their payloads.
  public static SearchOptions top(int limit) {
    return new SearchOptions(
        limit,
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        false,
        new Fields(false, true),
        false,
        0);
  }

  /// The same with another beam.
  public SearchOptions withEf(int beam) {
    return new SearchOptions(
        limit, OptionalInt.of(beam), rescore, nprobe, exact, fields, explain, minLsn);
  }

  /// The same, scoring another number of candidates by their vectors.
  public SearchOptions withRescore(int candidates) {
    return new SearchOptions(
        limit, ef, OptionalInt.of(candidates), nprobe, exact, fields, explain, minLsn);
  }

  /// The same, reading another number of lists.
  public SearchOptions withNprobe(int lists) {
    return new SearchOptions(
        limit, ef, rescore, OptionalInt.of(lists), exact, fields, explain, minLsn);
  }

  /// The same, scanning every point.
  public SearchOptions exactly() {
    return new SearchOptions(limit, ef, rescore, nprobe, true, fields, explain, minLsn);
  }

  /// The same, returning other fields.
  public SearchOptions returning(boolean vector, boolean payload) {
    return new SearchOptions(
        limit, ef, rescore, nprobe, exact, new Fields(vector, payload), explain, minLsn);
  }

  /// The same, explained.
  public SearchOptions explained() {
    return new SearchOptions(limit, ef, rescore, nprobe, exact, fields, true, minLsn);
  }

  /// The same, reflecting at least one's own write.
  public SearchOptions atLeast(WriteReceipt written) {
    return new SearchOptions(limit, ef, rescore, nprobe, exact, fields, explain, written.lsn());
  }
}
