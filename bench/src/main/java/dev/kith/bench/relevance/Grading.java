package dev.kith.bench.relevance;

/// What the grade of a judged pair counts for.
public sealed interface Grading {

  /// The grade itself, as a probability of relevance.
  record AsTheyAre() implements Grading {}

  /// All from some grade on, nothing below.
  ///
  /// @param least grade that counts, in `[0, 1]`; 0 for any above 0
  record AllOrNothing(float least) implements Grading {
    public AllOrNothing {
      if (!(least >= 0 && least <= 1)) {
        throw new IllegalArgumentException(
            "the grade from which a pair is relevant must be in [0, 1], got " + least);
      }
    }
  }

  /// What models are told.
  default float of(float grade) {
    return switch (this) {
      case AsTheyAre() -> grade;
      case AllOrNothing(float least) -> grade > 0 && grade >= least ? 1 : 0;
    };
  }

  /// As a report puts it.
  default String inWords() {
    return switch (this) {
      case AsTheyAre() -> "grades count as probabilities of relevance";
      case AllOrNothing(float least) ->
          least == 0
              ? "a pair of any grade above 0 is relevant, all others are not"
              : "a pair of grade %s or more is relevant, all others are not".formatted(least);
    };
  }
}
