package dev.kith.index.plan;

import dev.kith.index.Require;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.QueryBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Carries out plans over any number of segments and merges what they find. Owned by one search
/// worker and reused; not thread-safe.
///
/// Hits are read by rank, the best first; equal scores go to the earlier segment, then to the
/// smaller ordinal. They stay until the next run.
public final class PlanRunner {
  private final SearchScratch scratch = new SearchScratch();
  private final TopK best = new TopK(1);
  private final TopK merged = new TopK(1);

  /// What the segments found, one segment after another.
  private int[] foundSegments = new int[0];

  private int[] foundOrdinals = new int[0];
  private float[] foundScores = new float[0];

  /// What is left of it: positions in the above, best first.
  private int[] places = new int[0];

  private float[] scores = new float[0];
  private int size;

  /// Ordinals and scores of one segment, best first.
  private int[] segmentOrdinals = new int[0];

  private float[] segmentScores = new float[0];

  /// Searches all segments.
  ///
  /// @param query of the segments' space
  /// @param segments held open by the caller until this returns
  /// @param stop polled between blocks of work: a deadline, a cancellation
  /// @return whether the search ran to its end; if not, there are no hits
  public boolean run(
      SearchPlan plan,
      QueryBuffer query,
      List<? extends SegmentReader> segments,
      BooleanSupplier stop) {
    size = 0;
    scratch.work().reset();
    scratch.stopWhen(stop);
    int found = 0;
    try {
      for (int segment = 0; segment < segments.size(); segment++) {
        if (stop.getAsBoolean()) {
          return false;
        }
        best.reset(plan.limit());
        segments.get(segment).probe(plan, query, best, scratch);
        found = collect(segment, found);
      }
      if (stop.getAsBoolean()) {
        return false; // The last scan may have ended early.
      }
    } finally {
      scratch.neverStop();
      scratch.work().multiplyAdds += query.takeMultiplyAdds();
    }
    merge(plan.limit(), found);
    return true;
  }

  /// Hits of the last run, at most the plan's limit.
  public int size() {
    return size;
  }

  /// Position, in the list of segments, of the segment a hit is in.
  public int segment(int rank) {
    return foundSegments[places[checked(rank)]];
  }

  /// The row of a hit in its segment.
  public int ordinal(int rank) {
    return foundOrdinals[places[checked(rank)]];
  }

  /// The raw score of a hit.
  public float score(int rank) {
    return scores[checked(rank)];
  }

  /// What the last run cost.
  public SearchWork work() {
    return scratch.work();
  }

  private int checked(int rank) {
    return Require.inRange("rank", rank, 0, size - 1);
  }

  private int collect(int segment, int found) {
    if (segmentOrdinals.length < best.size()) {
      segmentOrdinals = new int[best.size()];
      segmentScores = new float[best.size()];
    }
    int count = best.drainTo(segmentOrdinals, segmentScores);
    if (foundOrdinals.length < found + count) {
      int room = Math.max(found + count, 2 * foundOrdinals.length);
      foundSegments = Arrays.copyOf(foundSegments, room);
      foundOrdinals = Arrays.copyOf(foundOrdinals, room);
      foundScores = Arrays.copyOf(foundScores, room);
    }
    Arrays.fill(foundSegments, found, found + count, segment);
    System.arraycopy(segmentOrdinals, 0, foundOrdinals, found, count);
    System.arraycopy(segmentScores, 0, foundScores, found, count);
    return found + count;
  }

  private void merge(int limit, int found) {
    merged.reset(limit);
    for (int i = 0; i < found; i++) {
      merged.offer(i, foundScores[i]);
    }
    if (places.length < merged.size()) {
      places = new int[merged.size()];
      scores = new float[merged.size()];
    }
    size = merged.drainTo(places, scores);
  }
}
