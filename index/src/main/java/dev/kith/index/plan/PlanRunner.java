package dev.kith.index.plan;

import dev.kith.index.Require;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Widths;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Carries out plans over any number of segments and merges what they find. Owned by one search
/// worker and reused; not thread-safe.
///
/// Hits are read by rank, the best first; equal scores go to the earlier segment, then to the
/// smaller ordinal. They stay until the next run.
public final class PlanRunner {

  /// Most rows that [#estimateSum] draws.
  public static final int MAX_SAMPLE = 1 << 20;

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
  private boolean isSummed;
  private final SumEstimate estimate = new SumEstimate();

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
    isSummed = false;
    plan.sumAt().ifPresent(at -> scratch.sum().reset(query.space().metric(), at));
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
    isSummed = plan.sumAt().isPresent();
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

  /// What the scores of all rows that might be returned add up to.
  ///
  /// @throws IllegalStateException unless the last run ran to its end, of a plan that asks for it
  ///   ([SearchPlan#sumAt])
  public CollectionSum sum() {
    if (!isSummed) {
      throw new IllegalStateException(
          "there is a sum after a whole run of a plan with sumAt, got none");
    }
    return new CollectionSum(scratch.sum().sum(), scratch.sum().halved(), scratch.sum().rows(), 0);
  }

  /// Estimates, after a run by any probe, what the scores of all rows that may be returned add up
  /// to. The hits are summed up as they are; of the other rows a sample is scored, by whole
  /// vectors, and stands for all of them.
  ///
  /// The sample is drawn from the query, so that the same search is answered the same. Right on
  /// average whatever the run missed; but where few rows that are neither hits nor drawn dominate
  /// the sum, it is below what it should be by more than the stated error. The more hits, the less
  /// of that: ask for a hundred at least. Of few hits the error is overstated.
  ///
  /// @param temperature that scores are divided by, above 0 and finite
  /// @param sample rows to draw from all segments together, in `[2, 2^20]`; if there are no more
  ///   besides the hits, the sum is exact. Rows that may not be returned are drawn too, and count
  ///   nothing
  /// @param query of the last run
  /// @param widths of the last run
  /// @param segments of the last run
  /// @param stop polled between blocks of work; once it is true what is returned means nothing
  /// @throws IllegalArgumentException if a number is out of range
  public CollectionSum estimateSum(
      double temperature,
      int sample,
      QueryBuffer query,
      Widths widths,
      List<? extends SegmentReader> segments,
      BooleanSupplier stop) {
    Require.inRange("sample", sample, 2, MAX_SAMPLE);
    // Once, because a growing segment may grow on.
    int[] sizes = segments.stream().mapToInt(SegmentReader::size).toArray();
    long[] firsts = new long[sizes.length];
    for (int segment = 1; segment < sizes.length; segment++) {
      firsts[segment] = firsts[segment - 1] + sizes[segment - 1];
    }
    estimate.begin(query, temperature, size);
    for (int rank = 0; rank < size; rank++) {
      estimate.addHead(firsts[segment(rank)] + ordinal(rank), score(rank));
    }
    return estimate.estimate(sample, query, widths, segments, sizes, stop, scratch.work());
  }

  /// What the last run cost, and what was estimated after it.
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
