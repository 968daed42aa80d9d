package dev.kith.index.relevance;

import dev.kith.index.kernel.Points;
import dev.kith.index.relevance.RelevanceTraining.Split;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/// Tells how unlike the queries that a model was trained on a query is.
///
/// Two signs are added up, each in terms of how it varies among queries: how far the query lies
/// from the others ([OutlierProfile], made of queries), and how far its nearest point is. By
/// itself, the first takes random words for ordinary, and the second a query about what the
/// collection happens to lack.
///
/// Immutable and thread-safe.
public final class QueryLikeness {
  private final OutlierProfile profile;
  private final Sign distance;
  private final Sign score;

  /// What both signs together were for other queries, ascending.
  private final float[] usual;

  /// How a number varies.
  ///
  /// @param mean of it
  /// @param deviation of it, above 0
  record Sign(float mean, float deviation) {
    Sign {
      if (!(Math.abs(mean) <= Float.MAX_VALUE && deviation > 0 && deviation <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "a mean is finite and a deviation above 0, got %s and %s".formatted(mean, deviation));
      }
    }

    static Sign of(double[] numbers) {
      double mean = Arrays.stream(numbers).average().orElse(0);
      double squares = Arrays.stream(numbers).map(x -> (x - mean) * (x - mean)).sum();
      double deviation = Math.sqrt(squares / Math.max(1, numbers.length));
      return new Sign((float) mean, Math.max((float) deviation, Float.MIN_NORMAL));
    }

    double of(double number) {
      return (number - mean) / deviation;
    }
  }

  QueryLikeness(OutlierProfile profile, Sign distance, Sign score, float[] usual) {
    if (usual.length == 0) {
      throw new IllegalArgumentException("likeness to no queries at all");
    }
    this.profile = profile;
    this.distance = distance;
    this.score = score;
    this.usual = usual;
  }

  /// Learns from the queries that a model learns from; those that calibrate it say what is usual.
  ///
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param step called now and then; may throw to end it
  /// @return empty if there are too few queries, or such as are too wide
  /// @throws CancellationException if the calling thread is interrupted
  public static Optional<QueryLikeness> fit(Split split, long seed, int threads, Runnable step) {
    List<JudgedList> learnt = found(split.learnt());
    List<JudgedList> calibration = found(split.calibration());
    if (learnt.size() < OutlierProfile.LEAST_POINTS || calibration.isEmpty()) {
      return Optional.empty();
    }
    int dimension = learnt.getFirst().query().length;
    if (dimension > OutlierProfile.MAX_DIMENSION) {
      return Optional.empty();
    }
    OutlierProfile profile = profile(learnt, dimension, seed, threads, step);
    double[] distances = new double[calibration.size()];
    double[] scores = new double[distances.length];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = profile.distance(calibration.get(i).query());
      scores[i] = calibration.get(i).scores()[0];
    }
    Sign distance = Sign.of(distances);
    Sign score = Sign.of(scores);
    float[] usual = new float[distances.length];
    for (int i = 0; i < usual.length; i++) {
      usual[i] = (float) (distance.of(distances[i]) - score.of(scores[i]));
    }
    return Optional.of(new QueryLikeness(profile, distance, score, OutlierProfile.ranked(usual)));
  }

  private static List<JudgedList> found(List<JudgedList> lists) {
    return lists.stream().filter(list -> list.size() > 0).toList();
  }

  private static OutlierProfile profile(
      List<JudgedList> lists, int dimension, long seed, int threads, Runnable step) {
    int count = Math.min(lists.size(), OutlierProfile.enough(dimension));
    long stride = (long) dimension * Float.BYTES;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment queries = arena.allocate(count * stride, 64);
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(lists.get(i).query(), 0, queries, Points.FLOAT, i * stride, dimension);
      }
      return OutlierProfile.fit(
          new Points(queries, 0, stride, dimension),
          IntStream.range(0, count).toArray(),
          seed,
          threads,
          step);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  /// How unlike others a query is; larger is stranger, 0 about the usual.
  ///
  /// @param query as for [RelevanceModel#relevances]
  /// @param nearest score of the nearest point, as a caller sees it
  public double strangeness(float[] query, float nearest) {
    return distance.of(profile.distance(query)) - score.of(nearest);
  }

  /// Share of the queries that are at most as strange, in percent.
  public double percentile(double strangeness) {
    return OutlierProfile.percentile(usual, strangeness);
  }

  OutlierProfile profile() {
    return profile;
  }

  Sign distance() {
    return distance;
  }

  Sign score() {
    return score;
  }

  float[] usual() {
    return usual;
  }

  /// Memory it takes, about.
  long bytes() {
    return profile.bytes() + (long) Float.BYTES * usual.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryLikeness that
        && profile.equals(that.profile)
        && distance.equals(that.distance)
        && score.equals(that.score)
        && Arrays.equals(usual, that.usual);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(usual);
  }
}
