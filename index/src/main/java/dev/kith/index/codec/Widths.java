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
    return this instanceof Ladder(_, List<Rung> rungs) ? rungs.getFirst().width : WIDEST;
  }

  /// Rows that the first comparison keeps.
  ///
  /// @param usual what it keeps if it was not told how many
  /// @param hits wanted
  default int keep(int usual, int hits) {
    return this instanceof Ladder(_, List<Rung> rungs)
        ? Math.max(hits, rungs.getFirst().keep)
        : usual;
  }

  /// What was measured to do; where nothing was, the widest prefixes, then whole vectors.
  record Usual() implements Widths {}

  /// Whole vectors alone, as if there were no prefixes: right where prefixes say little.
  record Full() implements Widths {}

  /// All widths, of every row for as long as what is not compared yet might make it a hit: what is
  /// found is what comparing whole vectors finds of the same rows, and its scores are the same. A
  /// graph is walked on whole vectors then.
  record Certified() implements Widths {}

  /// A *funnel*: each stage compares at its own width what the stage before kept, the first all
  /// rows that are looked at. (Kusupati et al., *Matryoshka representation learning*, NeurIPS 2022,
  /// section 4.3.)
  ///
  /// @param coarse width at which centroids are compared, where there are lists; 0 for whole ones
  /// @param rungs stages before the last one, which compares whole vectors
  record Ladder(int coarse, List<Rung> rungs) implements Widths {
    public Ladder {
      Require.inRange("coarse", coarse, 0, WIDEST);
      rungs = List.copyOf(rungs);
      Require.inRange("rungs", rungs.size(), 1, PrefixRows.MAX_WIDTHS);
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
