package dev.kith.index.codec;

import dev.kith.index.Require;
import java.util.List;

/// At which widths a search compares prefixes ([PrefixRows]), stage after stage. No matter where a
/// segment has none. What is returned is scored by whole vectors in any case.
public sealed interface Widths {

  /// No prefix is wider.
  int WIDEST = Integer.MAX_VALUE;

  /// Most rows that a stage may keep.
  int MOST_KEPT = 1 << 20;

  /// The width of the first comparison of rows.
  default int first() {
    return switch (this) {
      case Ladder(_, List<Rung> rungs) -> rungs.isEmpty() ? WIDEST : rungs.getFirst().width;
      case Truncated(int width) -> width;
      case Usual(), Full(), Certified() -> WIDEST;
    };
  }

  /// The width at which centroids are compared, where there are lists; 0 for whole ones.
  default int coarse() {
    return switch (this) {
      case Ladder(int coarse, _) -> coarse;
      case Truncated(int width) -> width;
      case Usual(), Full(), Certified() -> 0;
    };
  }

  /// Rows that the first comparison keeps.
  ///
  /// @param usual what it keeps if it was not told how many
  /// @param hits wanted
  default int keep(int usual, int hits) {
    return switch (this) {
      case Ladder(_, List<Rung> rungs) ->
          rungs.isEmpty() ? usual : Math.max(hits, rungs.getFirst().keep);
      case Truncated _ -> hits;
      case Usual(), Full(), Certified() -> usual;
    };
  }

  /// Whether all rows that are looked at are compared whole, by codes of some kind.
  ///
  /// @param codes of the rows
  default boolean isExact(SegmentCodes codes) {
    return codes instanceof PrefixRows && (this instanceof Full || this instanceof Certified);
  }

  /// Whether codes can tell what a search for prefixes alone wants to know.
  ///
  /// @return true of searches for whole vectors
  default boolean canUse(SegmentCodes codes) {
    return !(this instanceof Truncated(int width))
        || (codes instanceof PrefixRows prefixes
            && !prefixes.projection().hasAxes()
            && prefixes.widths().contains(width));
  }

  /// What was measured to do. Where nothing was, a graph is walked on the widest prefixes and a
  /// scan is certified, but for one that is told how many rows to score exactly.
  record Usual() implements Widths {}

  /// Whole vectors alone, as if there were no prefixes: right where prefixes say little.
  record Full() implements Widths {}

  /// All widths, of every row for as long as what is not compared yet might make it a hit: what is
  /// found is what comparing whole vectors finds of the same rows, and its scores are the same. A
  /// graph is walked on whole vectors then.
  record Certified() implements Widths {}

  /// The first coordinates alone, of queries that have no others ([QueryBuffer#setTruncated]). What
  /// is returned is scored by those of whole vectors ([TruncatedScorer]), not by all. Where nobody
  /// made such prefixes, or they lie along axes, all rows are scored.
  ///
  /// @param width coordinates compared, at least 1
  record Truncated(int width) implements Widths {
    public Truncated {
      Require.inRange("width", width, 1, WIDEST);
    }
  }

  /// A *funnel*: each stage compares at its own width what the stage before kept, the first all
  /// rows that are looked at. (Kusupati et al., *Matryoshka representation learning*, NeurIPS 2022,
  /// section 4.3.)
  ///
  /// @param coarse width at which centroids are compared, where there are lists; 0 for whole ones
  /// @param rungs stages before the last one, which compares whole vectors; if there are none, the
  ///   widest prefixes are compared first
  record Ladder(int coarse, List<Rung> rungs) implements Widths {
    public Ladder {
      Require.inRange("coarse", coarse, 0, WIDEST);
      rungs = List.copyOf(rungs);
      Require.inRange("rungs", rungs.size(), 0, PrefixRows.MAX_WIDTHS);
      for (int i = 1; i < rungs.size(); i++) {
        Rung before = rungs.get(i - 1);
        Rung rung = rungs.get(i);
        if (rung.width <= before.width || rung.keep > before.keep) {
          throw new IllegalArgumentException(
              "rungs must become wider and keep no more than the one before, got %s after %s"
                  .formatted(rung, before));
        }
      }
    }
  }

  /// A stage.
  ///
  /// @param width coordinates compared, at least 1; of the widths there are the next one
  /// @param keep the best rows, for the next stage, in `[1, 2^20]`; as many as hits are wanted, if
  ///   that is more
  record Rung(int width, int keep) {
    public Rung {
      Require.inRange("width", width, 1, WIDEST);
      Require.inRange("keep", keep, 1, MOST_KEPT);
    }
  }
}
