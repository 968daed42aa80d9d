package dev.kith.index.trial;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/// Tries several indexes on a sample of the live rows of segments, with other live rows as queries,
/// and chooses the one that answers most queries for the processor time that they take.
///
/// Up to 131,072 rows are linked once; graphs in several codecs and layouts, an inverted file and a
/// scan are then searched with as little effort as finds what is wanted, and timed on the calling
/// thread. How much longer a search in all rows takes is judged from the work of searches in half
/// of the sample and in all of it, see [Growth].
///
/// Takes a minute or two of two cores for a full sample of 384 dimensions, and memory for the
/// sample, its links and the largest of the indexes: about 1 GiB at most.
public final class IndexTrial {

  /// Most rows sampled.
  public static final int MOST_ROWS = 1 << 17;

  private static final long MOST_ROW_BYTES = 256L << 20;

  /// Of fewer rows a scan is quick whatever else would be.
  private static final int LEAST_ROWS = 1024;

  private IndexTrial() {}

  /// What an index must do.
  ///
  /// @param recall recall@10 that searches must reach, in `(0, 1]`
  /// @param memory most bytes that a point may take in memory, at least 1; empty for any number
  /// @param seed of the sample
  public record Conditions(double recall, OptionalInt memory, long seed) {
    public Conditions {
      if (!(recall > 0 && recall <= 1)) {
        throw new IllegalArgumentException("recall must be in (0, 1], got " + recall);
      }
      if (memory.isPresent()) {
        Require.inRange("memory", memory.getAsInt(), 1, Integer.MAX_VALUE);
      }
    }
  }

  /// What an index does.
  ///
  /// @param index with default parameters
  /// @param queriesPerSecond that a core answers, with all rows
  /// @param recall recall@10 of those searches: as asked, more if the least effort finds more, less
  ///   if no effort finds as much
  /// @param bytes of memory that a row takes where segments are kept in memory; vectors beside
  ///   codes stay in the file
  public record Candidate(IndexSpec index, double queriesPerSecond, double recall, double bytes) {}

  /// What to use.
  ///
  /// @param index one of the candidates, or none if there are too few rows to tell
  /// @param candidates all that were tried, the simplest first
  /// @param rows live ones when the trial began
  /// @param sampled of them, searched; others were queries
  /// @param localDimension median over the queries, see [MedianDimension]; 0 if there is none
  /// @param reason for users: plain sentences with figures
  public record Verdict(
      IndexSpec index,
      List<Candidate> candidates,
      long rows,
      int sampled,
      double localDimension,
      String reason) {
    public Verdict {
      candidates = List.copyOf(candidates);
    }
  }

  /// Tries the indexes.
  ///
  /// @param segments of one space, at least one, held open by the caller until this returns
  /// @param threads that build, the calling one included, in `[1, 1024]`
  /// @param scratchFolder an empty one, which is left empty; takes one segment of the sample
  /// @param cpuClock tells the nanoseconds of processor time of the calling thread
  /// @param step called several times a second, on the calling thread, but for rounds of learning
  ///   centroids, which take about one; may throw to end the trial
  /// @throws InterruptedException if the calling thread is interrupted, as it may remain
  /// @throws IOException if a segment cannot be written or read
  public static Verdict run(
      List<? extends SegmentReader> segments,
      Conditions conditions,
      int threads,
      Path scratchFolder,
      LongSupplier cpuClock,
      Runnable step)
      throws InterruptedException, IOException {
    long rows = segments.stream().mapToLong(SegmentReader::liveCount).sum();
    VectorSpace space = segments.getFirst().space();
    Workplace place = new Workplace(threads, scratchFolder, cpuClock, step);
    int mostRows = (int) Math.min(MOST_ROWS, MOST_ROW_BYTES / VectorRows.strideBytes(space));
    TrialSample sample = TrialSample.draw(segments, mostRows, conditions.seed(), step);
    if (sample.rows() < LEAST_ROWS) {
      String reason =
          String.format(Locale.ROOT, "%,d points are so few that a scan of all is quick.", rows);
      return new Verdict(new IndexSpec.Flat(), List.of(), rows, 0, 0, reason);
    }
    try (Arena arena = Arena.ofShared();
        TrialSegments built = new TrialSegments(sample, space, Measurements.GRAPH, place)) {
      VectorRows queries = sample.queries(arena);
      try (TrialSearches searches = new TrialSearches(queries, conditions.recall(), place)) {
        Measurements measured = new Measurements(sample, queries, built, searches, place);
        List<Candidate> candidates = measured.candidates(rows);
        double dimension = measured.localDimension();
        TrialChoice choice = new TrialChoice(candidates, conditions);
        String reason =
            String.format(
                Locale.ROOT,
                "%s Measured on %,d of %,d points, whose local dimension is %.0f.",
                choice.reason(),
                sample.rows(),
                rows,
                dimension);
        return new Verdict(
            choice.chosen().index(), candidates, rows, sample.rows(), dimension, reason);
      }
    } catch (ClosedByInterruptException interrupted) {
      InterruptedException same = new InterruptedException("interrupted while writing a segment");
      same.initCause(interrupted);
      throw same;
    }
  }
}
