package dev.kith.server.collection;

import java.util.List;
import java.util.Optional;

/// Which segments of a collection are worth merging.
///
/// Neighbours in the order of rows are merged when together they fit in one segment and the largest
/// is at most three times as large as the others together. So a row is linked anew only when the
/// segment it is in at least doubles, `log2` of a full segment's rows times at most, and what
/// remains shrinks by a factor towards the newest: the number of segments grows with the logarithm
/// of their rows, plus one for every full segment. Three, because the graph of the largest is kept:
/// compacting and writing it costs a tenth of linking as many rows, or a third in the layout FAST.
///
/// A segment is merged alone, which only rids it of its dead rows, when their share of it has
/// reached a threshold. On 30,000 rows of GloVe-100 with m 16, a tenth, two or three tenths of dead
/// rows make a search compare 10, 21 or 34 % more vectors and find no less; to be rid of them
/// costs, for every dead row, as much as linking 6, 2.4 or 1.4 rows.
///
/// A segment that another index policy made than the present one is merged alone too, once nothing
/// else is left to do, which makes it one of the present policy. The smallest go first: a policy
/// that changes again meanwhile has cost the least.
///
/// @param deadShare that threshold, above 0 and at most 1
record MergePolicy(double deadShare) {

  /// Rows of the largest segment of a merge for one row of the others.
  private static final int MOST_LOPSIDED = 3;

  MergePolicy {
    if (!(deadShare > 0 && deadShare <= 1)) {
      throw new IllegalArgumentException(
          "a share of dead rows must be above 0 and at most 1, got " + deadShare);
    }
  }

  /// A segment as far as this matters.
  ///
  /// @param sealed whether it is in a file; others are not merged, nor are segments across them
  /// @param current whether its file is what the present index policy makes
  record Candidate(boolean sealed, boolean current, long live, long dead) {}

  /// Neighbouring segments.
  ///
  /// @param from position of the first
  /// @param to position after the last
  record Run(int from, int to) {}

  /// Whether so many of a segment's rows are dead that it should be merged even alone.
  boolean isWorn(long live, long dead) {
    return dead > 0 && dead >= deadShare * (live + dead);
  }

  /// The segments to merge next, if any are worth it: the longest run, of the longest the one with
  /// the fewest rows; without any, the worn segment with the most dead rows; without that, the
  /// segment of another policy with the fewest rows.
  ///
  /// @param segments in the order of their rows
  /// @param mostRows live rows that a segment may have
  Optional<Run> choose(List<Candidate> segments, long mostRows) {
    Optional<Run> run = longestRun(segments, mostRows);
    return run.or(() -> mostWorn(segments)).or(() -> leastOutdated(segments));
  }

  private static Optional<Run> longestRun(List<Candidate> segments, long mostRows) {
    Run best = new Run(0, 1);
    long bestRows = 0;
    for (int from = 0; from < segments.size(); from++) {
      long rows = 0;
      long largest = 0;
      for (int to = from; to < segments.size(); to++) {
        Candidate last = segments.get(to);
        rows += last.live();
        largest = Math.max(largest, last.live());
        if (!last.sealed() || rows > mostRows) {
          break;
        }
        int length = to + 1 - from;
        int longest = best.to() - best.from();
        boolean better = length > longest || (length == longest && rows < bestRows);
        if (length > 1 && better && largest <= MOST_LOPSIDED * (rows - largest)) {
          best = new Run(from, to + 1);
          bestRows = rows;
        }
      }
    }
    return best.to() - best.from() > 1 ? Optional.of(best) : Optional.empty();
  }

  private Optional<Run> mostWorn(List<Candidate> segments) {
    int worst = -1;
    for (int i = 0; i < segments.size(); i++) {
      Candidate segment = segments.get(i);
      if (segment.sealed()
          && isWorn(segment.live(), segment.dead())
          && (worst < 0 || segment.dead() > segments.get(worst).dead())) {
        worst = i;
      }
    }
    return worst < 0 ? Optional.empty() : Optional.of(new Run(worst, worst + 1));
  }

  private static Optional<Run> leastOutdated(List<Candidate> segments) {
    int least = -1;
    for (int i = 0; i < segments.size(); i++) {
      Candidate segment = segments.get(i);
      if (segment.sealed()
          && !segment.current()
          && (least < 0 || segment.live() < segments.get(least).live())) {
        least = i;
      }
    }
    return least < 0 ? Optional.empty() : Optional.of(new Run(least, least + 1));
  }
}
