package dev.kith.index.plan;

import dev.kith.index.Require;
import dev.kith.index.ivf.Reach;
import java.util.List;
import java.util.OptionalInt;

/// How candidates are found in a segment.
///
/// Of the ways for an index, one is meant for the segment's: a segment whose index is another, as
/// after a change of policy, does what it does by default.
public sealed interface Probe {

  /// Widest beam.
  int MAX_EF = 1 << 16;

  /// Beam on a graph for a plan that speaks of no beam.
  int DEFAULT_EF = 100;

  /// Scores every row.
  record Exact() implements Probe {}

  /// Scores the rows with certain labels and no others, whatever the index is.
  ///
  /// @param labels each once; those of no row of a segment are passed over
  record Labels(List<Long> labels) implements Probe {
    public Labels {
      labels = List.copyOf(labels);
    }
  }

  /// Scores the codes of every row, where there are some.
  ///
  /// @param rescore rows to score exactly, the best by their codes, in `[1, 65536]`; as many as
  ///   hits are wanted, if that is more. If empty, as many as were measured to do when the segment
  ///   was sealed
  record Codes(OptionalInt rescore) implements Probe {
    public Codes {
      if (rescore.isPresent()) {
        Require.inRange("rescore", rescore.getAsInt(), 1, MAX_EF);
      }
    }
  }

  /// Walks the graph, where there is one; rows not linked yet are all scored.
  ///
  /// @param ef live nodes kept while walking, in `[1, 65536]`; a search for more hits than that
  ///   keeps as many nodes as it wants hits. The walk ends once none of them is left to expand, or
  ///   sooner, once all that are left are much farther than the hits
  /// @param rescore of the nodes that a walk on codes keeps, the best to be scored exactly, in `[1,
  ///   65536]`; as many as hits are wanted, if that is more. If empty, as many as were measured to
  ///   do when the segment was sealed. No matter where vectors themselves are walked on
  record Beam(int ef, OptionalInt rescore) implements Probe {
    public Beam {
      Require.inRange("ef", ef, 1, MAX_EF);
      if (rescore.isPresent()) {
        Require.inRange("rescore", rescore.getAsInt(), 1, MAX_EF);
      }
    }

    /// A walk that scores as many nodes exactly as were measured to do.
    public Beam(int ef) {
      this(ef, OptionalInt.empty());
    }
  }

  /// Reads the lists nearest to the query, where there are some.
  ///
  /// @param reach how many; more as long as there are fewer rows than hits are wanted
  /// @param rescore rows to score exactly, the best by their codes, in `[1, 65536]`; as many as
  ///   hits are wanted, if that is more. If empty, as many as were measured to do. No matter where
  ///   lists hold vectors alone
  record Lists(Reach reach, OptionalInt rescore) implements Probe {
    public Lists {
      if (rescore.isPresent()) {
        Require.inRange("rescore", rescore.getAsInt(), 1, MAX_EF);
      }
    }

    /// A search that does as was measured to find most of the nearest rows.
    public Lists() {
      this(Reach.DEFAULT, OptionalInt.empty());
    }
  }
}
