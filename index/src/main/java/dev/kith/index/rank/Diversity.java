package dev.kith.index.rank;

import dev.kith.index.Require;
import dev.kith.index.store.VectorRows;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/// Chooses hits that are unlike each other from the candidates of a search. Takes the scores of all
/// candidates for every hit that is chosen.
public final class Diversity {

  /// Near duplicates of a hit that are told; more are left out too.
  public static final int MAX_DUPLICATES = 100;

  private static final int[][] NO_DUPLICATES = {};

  private final float[] scores;
  private final BooleanSupplier stop;
  private final int count;
  private final Similarities similarities;
  private final float[] similar;
  private final boolean[] taken;
  private final int[] chosen;
  private int size;

  private Diversity(float[] scores, VectorRows rows, int limit, BooleanSupplier stop) {
    this.scores = scores;
    this.stop = stop;
    this.count = scores.length;
    this.similarities = new Similarities(rows);
    this.similar = new float[count];
    this.taken = new boolean[count];
    this.chosen = new int[Math.min(limit, count)];
  }

  /// How hits are chosen.
  public sealed interface Method {

    /// Maximal marginal relevance: the next hit is the candidate with the largest `(1 - diversity)
    /// * score - diversity * similarity`, that to the hit before that is most similar to it
    ///   (Carbonell and Goldstein, *The use of MMR, diversity-based reranking for reordering
    ///   documents and producing summaries*, 1998). Similarity is a score on the scale of the
    ///   metric; of the first hit there is none.
    ///
    /// @param diversity in `[0, 1]`
    record MarginalRelevance(double diversity) implements Method {
      public MarginalRelevance {
        if (!(diversity >= 0 && diversity <= 1)) {
          throw new IllegalArgumentException("diversity must be in [0, 1], got " + diversity);
        }
      }
    }

    /// After each hit, the shares of all candidates decay by how similar they are to it, by cosine;
    /// the largest that is left is the next (Bodla, Singh, Chellappa and Davis, *Soft-NMS:
    /// improving object detection with one line of code*, 2017).
    ///
    /// @param temperature what scores are divided by to become shares
    record SoftNms(Decay decay, Temperature temperature) implements Method {}

    /// Candidates are taken in their order; each joins the first hit that scores enough for it, or
    /// becomes one.
    ///
    /// @param minScore on the scale of the metric
    record NearDuplicates(float minScore) implements Method {
      public NearDuplicates {
        if (Float.isNaN(minScore)) {
          throw new IllegalArgumentException("a score must be a number, got NaN");
        }
      }
    }
  }

  /// How a share decays by a cosine in `[0, 1]`.
  public sealed interface Decay {

    /// It is multiplied by `exp(-cosine^2 / sigma)`.
    ///
    /// @param sigma above 0 and at most 1000
    record Gaussian(double sigma) implements Decay {
      public Gaussian {
        if (!(sigma > 0 && sigma <= 1000)) {
          throw new IllegalArgumentException(
              "sigma must be above 0 and at most 1000, got " + sigma);
        }
      }
    }

    /// It is multiplied by `1 - cosine` where that is above a threshold.
    ///
    /// @param threshold in `[0, 1)`
    record Linear(double threshold) implements Decay {
      public Linear {
        if (!(threshold >= 0 && threshold < 1)) {
          throw new IllegalArgumentException(
              "a threshold must be at least 0 and below 1, got " + threshold);
        }
      }
    }
  }

  /// What was chosen.
  ///
  /// @param chosen candidates, in the order of the hits
  /// @param rankScores what each was chosen by, which does not ascend but where similarities of MMR
  ///   are negative; empty of [Method.NearDuplicates], whose hits are in their order
  /// @param duplicates of [Method.NearDuplicates]: for each hit the candidates that joined it, the
  ///   best first, at most [#MAX_DUPLICATES]; of others empty
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Selection(int[] chosen, double[] rankScores, int[][] duplicates) {}

  /// Chooses. Of equal candidates that with the smaller number.
  ///
  /// @param scores one a candidate, finite, the best first
  /// @param rows row `i` is candidate `i`; more are ignored
  /// @param limit hits to choose, at least 1
  /// @param stop polled after each hit: whether to return what is chosen so far
  /// @throws IllegalArgumentException if there are fewer rows than scores
  public static Selection select(
      Method method, float[] scores, VectorRows rows, int limit, BooleanSupplier stop) {
    Require.inRange("rows", rows.capacity(), scores.length, Integer.MAX_VALUE);
    Require.inRange("limit", limit, 1, Integer.MAX_VALUE);
    Diversity diversity = new Diversity(scores, rows, limit, stop);
    return switch (method) {
      case Method.MarginalRelevance(double weight) -> diversity.marginalRelevance(weight);
      case Method.SoftNms(Decay decay, Temperature temperature) ->
          diversity.softNms(decay, temperature);
      case Method.NearDuplicates(float minScore) -> diversity.nearDuplicates(minScore);
    };
  }

  private Selection marginalRelevance(double diversity) {
    double[] nearest = new double[count];
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = (1 - diversity) * scores[i];
    }
    Arrays.fill(nearest, Double.NEGATIVE_INFINITY);
    return best(
        values,
        hit -> {
          similarities.scores(hit, count, similar);
          for (int i = 0; i < count; i++) {
            nearest[i] = Math.max(nearest[i], similar[i]);
            values[i] = (1 - diversity) * scores[i] - diversity * nearest[i];
          }
        });
  }

  private Selection softNms(Decay decay, Temperature temperature) {
    double divisor = temperature.of(scores, count, similar);
    double[] logs = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      // From the first score on, so that none overflows.
      logs[i] = ((double) scores[i] - scores[0]) / divisor;
      sum += Math.exp(logs[i]);
    }
    for (int i = 0; i < count; i++) {
      logs[i] -= Math.log(sum);
    }
    return best(
        logs,
        hit -> {
          similarities.cosines(hit, count, similar);
          for (int i = 0; i < count; i++) {
            logs[i] += logOfDecay(decay, similar[i]);
          }
        });
  }

  private static double logOfDecay(Decay decay, double cosine) {
    return switch (decay) {
      case Decay.Gaussian(double sigma) -> -cosine * cosine / sigma;
      case Decay.Linear(double threshold) -> cosine > threshold ? Math.log1p(-cosine) : 0;
    };
  }

  /// Chooses the candidate with the largest value, again and again.
  ///
  /// @param values one a candidate
  /// @param changed called after each choice but the last one: changes values by what was chosen
  private Selection best(double[] values, IntConsumer changed) {
    double[] rankScores = new double[chosen.length];
    while (size < chosen.length && (size == 0 || !stop.getAsBoolean())) {
      if (size > 0) {
        changed.accept(chosen[size - 1]);
      }
      int best = largest(values);
      rankScores[size] = values[best];
      take(best);
    }
    return new Selection(
        Arrays.copyOf(chosen, size), Arrays.copyOf(rankScores, size), NO_DUPLICATES);
  }

  private int largest(double[] values) {
    int largest = -1;
    for (int i = 0; i < count; i++) {
      if (!taken[i] && (largest < 0 || values[i] > values[largest])) {
        largest = i;
      }
    }
    return largest;
  }

  private Selection nearDuplicates(float minScore) {
    int[][] duplicates = new int[chosen.length][];
    for (int i = 0; i < count && size < chosen.length; i++) {
      if (taken[i]) {
        continue;
      }
      if (size > 0 && stop.getAsBoolean()) {
        break;
      }
      take(i);
      similarities.scores(i, count, similar);
      duplicates[size - 1] = join(minScore);
    }
    return new Selection(
        Arrays.copyOf(chosen, size), new double[0], Arrays.copyOf(duplicates, size));
  }

  /// Takes all that are similar enough.
  private int[] join(float minScore) {
    int[] joined = new int[MAX_DUPLICATES];
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (!taken[i] && similar[i] >= minScore) {
        taken[i] = true;
        if (found < MAX_DUPLICATES) {
          joined[found++] = i;
        }
      }
    }
    return Arrays.copyOf(joined, found);
  }

  private void take(int candidate) {
    taken[candidate] = true;
    chosen[size++] = candidate;
  }
}
