package dev.kith.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// How to search and what to return. Start from [#top] and change what differs.
///
/// @param limit hits to return, in `[1, 10000]`
/// @param effort how hard to look
/// @param fields what hits carry
/// @param explain whether the answer tells how it was found
/// @param minLsn the answer reflects at least this write, or fails; 0 for any
/// @param filter which points may answer; all if empty
/// @param stages what becomes of the candidates
public record SearchOptions(
    int limit,
    Effort effort,
    Fields fields,
    boolean explain,
    long minLsn,
    Optional<Filter> filter,
    Stages stages) {

  /// How hard to look. More means higher recall and more time; what is empty has a default that was
  /// measured, or is the collection's.
  ///
  /// @param exact scans every point, so that recall is 1
  /// @param ef where the collection has a graph, candidates the search keeps, in `[1, 10000]`
  /// @param rescore where the collection has a codec, candidates that are scored by their vectors,
  ///   in `[1, 10000]`
  /// @param lists where the collection has inverted lists, which of them are read
  /// @param widths where the collection has prefixes, at which widths they are compared
  public record Effort(
      boolean exact, OptionalInt ef, OptionalInt rescore, Lists lists, Widths widths) {
    static final Effort DEFAULT =
        new Effort(
            false,
            OptionalInt.empty(),
            OptionalInt.empty(),
            new Lists(
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty()),
            Widths.USUAL);
  }

  /// At which widths prefixes are compared before whole vectors are. If all is empty, at those that
  /// segments with inverted lists measured; a graph is walked on the widest, and a scan is
  /// certified. A number of coordinates stands for the next prefix that has as many.
  ///
  /// @param coarse coordinates by which inverted lists are chosen; whole vectors if empty
  /// @param scan coordinates by which points are compared first; if empty, those of the first step
  ///   of the ladder or, without one, of the widest prefix
  /// @param scanKeep candidates that this keeps, in `[1, 1048576]`; if empty, four times as many as
  ///   the first step of the ladder, without one as many as are rescored or else ten times the hits
  /// @param ladder steps behind it
  /// @param certified whether every point is compared at one width after another until a bound
  ///   excludes it, so that nothing is lost; a graph is walked on whole vectors then. With nothing
  ///   else of these
  /// @param full whether whole vectors alone are compared; with nothing else of these
  /// @param maxProducts where the collection has inverted lists, products of coordinates that the
  ///   search may take, for which lists and widths are chosen; with nothing else of these
  /// @param maxMicros microseconds that it may take, likewise, or besides
  public record Widths(
      OptionalInt coarse,
      OptionalInt scan,
      OptionalInt scanKeep,
      List<Step> ladder,
      boolean certified,
      boolean full,
      OptionalLong maxProducts,
      OptionalInt maxMicros) {
    static final Widths USUAL = whole(false, false);

    public Widths {
      ladder = List.copyOf(ladder);
    }

    private static Widths whole(boolean certified, boolean full) {
      return new Widths(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          List.of(),
          certified,
          full,
          OptionalLong.empty(),
          OptionalInt.empty());
    }

    private static Widths within(OptionalLong products, OptionalInt micros) {
      return new Widths(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          List.of(),
          false,
          false,
          products,
          micros);
    }
  }

  /// A step of a ladder.
  ///
  /// @param dims coordinates compared, more than by the step before
  /// @param keep candidates kept, no more than by the step before; in `[1, 1048576]`
  public record Step(int dims, int keep) {}

  /// Which lists of every segment are read: as many as were measured to find a share of the ten
  /// nearest, .95 if all is empty, or until the first of three things.
  ///
  /// @param nprobe so many were read, in `[1, 65536]`
  /// @param nucleus they hold this share of the softmax of all centroids' scores, above 0 and at
  ///   most 1
  /// @param patience so many in a row changed none of the candidates, in `[1, 65536]`
  /// @param recall that share, in `[0, 1]`, alone; beyond .995 every point is scanned
  public record Lists(
      OptionalInt nprobe, OptionalDouble nucleus, OptionalInt patience, OptionalDouble recall) {}

  /// What is returned of a point besides its id and version.
  ///
  /// @param vector its vector
  /// @param payload its payload
  public record Fields(boolean vector, boolean payload) {}

  /// What becomes of the candidates, in this order; each stage sees what the one before has left.
  ///
  /// @param relevance tells how likely they are relevant, and cuts those that are not
  /// @param fusion combines several scores of each
  /// @param diversity chooses those that are unlike each other
  /// @param softmax tells which share of probability each has
  public record Stages(
      Optional<RelevanceOptions> relevance,
      Optional<Fusion> fusion,
      Optional<Diversity> diversity,
      Optional<SoftmaxOptions> softmax) {
    static final Stages NONE =
        new Stages(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /// The best `limit` hits with their payloads.
  public static SearchOptions top(int limit) {
    return new SearchOptions(
        limit, Effort.DEFAULT, new Fields(false, true), false, 0, Optional.empty(), Stages.NONE);
  }

  /// The same with another number of hits.
  public SearchOptions withLimit(int hits) {
    return new SearchOptions(hits, effort, fields, explain, minLsn, filter, stages);
  }

  /// The same with another beam.
  public SearchOptions withEf(int beam) {
    return with(
        new Effort(
            effort.exact, OptionalInt.of(beam), effort.rescore, effort.lists, effort.widths));
  }

  /// The same, scoring another number of candidates by their vectors.
  public SearchOptions withRescore(int candidates) {
    return with(
        new Effort(
            effort.exact, effort.ef, OptionalInt.of(candidates), effort.lists, effort.widths));
  }

  /// The same, reading another number of lists.
  public SearchOptions withNprobe(int count) {
    Lists lists = effort.lists;
    return with(new Lists(OptionalInt.of(count), lists.nucleus, lists.patience, lists.recall));
  }

  /// The same, reading lists that hold another share of the mass.
  public SearchOptions withNucleus(double mass) {
    Lists lists = effort.lists;
    return with(new Lists(lists.nprobe, OptionalDouble.of(mass), lists.patience, lists.recall));
  }

  /// The same, reading on for another number of lists that change nothing.
  public SearchOptions withPatience(int count) {
    Lists lists = effort.lists;
    return with(new Lists(lists.nprobe, lists.nucleus, OptionalInt.of(count), lists.recall));
  }

  /// The same, finding another share of the nearest.
  public SearchOptions withRecall(double share) {
    Lists lists = effort.lists;
    return with(new Lists(lists.nprobe, lists.nucleus, lists.patience, OptionalDouble.of(share)));
  }

  /// The same, scanning every point.
  public SearchOptions exactly() {
    return with(new Effort(true, effort.ef, effort.rescore, effort.lists, effort.widths));
  }

  /// The same, comparing prefixes at other widths.
  public SearchOptions withWidths(Widths widths) {
    return with(new Effort(effort.exact, effort.ef, effort.rescore, effort.lists, widths));
  }

  /// The same, comparing prefixes at one width after another, each time fewer of them.
  public SearchOptions withLadder(Step... steps) {
    Widths widths = effort.widths;
    return withWidths(
        new Widths(
            widths.coarse,
            widths.scan,
            widths.scanKeep,
            List.of(steps),
            false,
            false,
            OptionalLong.empty(),
            OptionalInt.empty()));
  }

  /// The same, comparing every point at one width after another until a bound excludes it.
  public SearchOptions certified() {
    return withWidths(Widths.whole(true, false));
  }

  /// The same, comparing whole vectors alone.
  public SearchOptions atFullWidth() {
    return withWidths(Widths.whole(false, true));
  }

  /// The same, taking no more products of coordinates than that, of inverted lists with prefixes.
  public SearchOptions withinProducts(long products) {
    return withWidths(Widths.within(OptionalLong.of(products), OptionalInt.empty()));
  }

  /// The same, taking no more microseconds than that, of inverted lists with prefixes.
  public SearchOptions withinMicros(int micros) {
    return withWidths(Widths.within(OptionalLong.empty(), OptionalInt.of(micros)));
  }

  private SearchOptions with(Lists lists) {
    return with(new Effort(effort.exact, effort.ef, effort.rescore, lists, effort.widths));
  }

  private SearchOptions with(Effort other) {
    return new SearchOptions(limit, other, fields, explain, minLsn, filter, stages);
  }

  /// The same, returning other fields.
  public SearchOptions returning(boolean vector, boolean payload) {
    return new SearchOptions(
        limit, effort, new Fields(vector, payload), explain, minLsn, filter, stages);
  }

  /// The same, explained.
  public SearchOptions explained() {
    return new SearchOptions(limit, effort, fields, true, minLsn, filter, stages);
  }

  /// The same, reflecting at least one's own write.
  public SearchOptions atLeast(WriteReceipt written) {
    return new SearchOptions(limit, effort, fields, explain, written.lsn(), filter, stages);
  }

  /// The same, answered only by points that another filter accepts.
  public SearchOptions withFilter(Filter accepted) {
    return new SearchOptions(limit, effort, fields, explain, minLsn, Optional.of(accepted), stages);
  }

  /// The same, telling how likely hits are relevant and dropping those that are not.
  public SearchOptions withRelevance(RelevanceOptions asked) {
    return with(new Stages(Optional.of(asked), stages.fusion, stages.diversity, stages.softmax));
  }

  /// The same, ordered by several scores combined.
  public SearchOptions withFusion(Fusion asked) {
    return with(new Stages(stages.relevance, Optional.of(asked), stages.diversity, stages.softmax));
  }

  /// The same, with hits that are unlike each other.
  public SearchOptions withDiversity(Diversity asked) {
    return with(new Stages(stages.relevance, stages.fusion, Optional.of(asked), stages.softmax));
  }

  /// The same, telling which share of probability each hit has.
  public SearchOptions withSoftmax(SoftmaxOptions asked) {
    return with(new Stages(stages.relevance, stages.fusion, stages.diversity, Optional.of(asked)));
  }

  private SearchOptions with(Stages other) {
    return new SearchOptions(limit, effort, fields, explain, minLsn, filter, other);
  }
}
