package dev.kith.index.relevance;

import dev.kith.index.Metric;
import dev.kith.index.relevance.CosineAdapter.Standard;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/// Trains a [CosineAdapter]: minimises the binary cross-entropy of what was judged, by Adam over
/// batches of queries, until queries that were held out say that it gets worse.
///
/// Begins with the curve that is best for all queries alike, so that what the network learns is how
/// queries differ. One thread trains; the same lists and seed give the same adapter.
final class AdapterTraining {

  /// Queries of a step: a 64th of all within these bounds, so that few queries make enough steps.
  private static final int SMALLEST_BATCH = 8;

  private static final int LARGEST_BATCH = 128;

  private static final int EPOCHS = 40;

  private static final double RATE = 3e-3;

  /// How strongly weights are drawn to zero, each of which is tried: exponents of what is left of
  /// one after an epoch. Which is best depends on how much the query says, which nobody knows
  /// before.
  private static final double[] DECAYS = {1, 0.2, 0.02};

  private static final int ALL_EPOCHS = DECAYS.length * EPOCHS;

  /// Epochs without gain until steps are halved, and until training ends.
  private static final int SLOWER_AFTER = 2;

  private static final int ENDS_AFTER = 6;

  /// Candidates of a long list that an epoch looks at anyhow, the first, and about how many of the
  /// others besides: every so-manieth, which counts for those left out. Relevant ones are never.
  private static final int FIRST = 32;

  private static final int OTHERS = 96;

  private final ModelSpec.Adapter spec;
  private final Metric metric;
  private final int dimension;
  private final List<JudgedList> lists;
  private final List<JudgedList> validation;
  private final SplittableRandom random;
  private final RelevanceTraining.Progress progress;

  /// @param lists to learn from
  /// @param validation that say when to stop
  AdapterTraining(
      ModelSpec.Adapter spec,
      Metric metric,
      int dimension,
      List<JudgedList> lists,
      List<JudgedList> validation,
      long seed,
      RelevanceTraining.Progress progress) {
    this.spec = spec;
    this.metric = metric;
    this.dimension = dimension;
    this.lists = usable(lists);
    this.validation = usable(validation);
    this.random = new SplittableRandom(seed);
    this.progress = progress;
  }

  private static List<JudgedList> usable(List<JudgedList> lists) {
    return lists.stream().filter(list -> list.judged() > 0).toList();
  }

  /// Trains once for each of [#DECAYS], and returns what suits the queries best that were held out.
  CosineAdapter train() {
    CosineAdapter best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < DECAYS.length; i++) {
      CosineAdapter adapter = start();
      double loss = descend(adapter, DECAYS[i], i * EPOCHS);
      if (best == null || loss < least) {
        best = adapter;
        least = loss;
      }
    }
    progress.report(ALL_EPOCHS, ALL_EPOCHS);
    return Objects.requireNonNull(best, "no adapter was trained");
  }

  /// Trains an adapter.
  ///
  /// @param decay what is taken of weights in an epoch, as an exponent
  /// @param before epochs that were done before, to report
  /// @return the least loss that it came by
  private double descend(CosineAdapter adapter, double decay, int before) {
    Network network = adapter.network();
    float[] weights = network.weights();
    float[] best = weights.clone();
    double least = loss(adapter, validation);
    AdapterGradient gradient = new AdapterGradient(adapter);
    Adam adam = new Adam(weights);
    List<JudgedList> order = new ArrayList<>(lists);
    int batch = Math.clamp(order.size() / 64, SMALLEST_BATCH, LARGEST_BATCH);
    double rate = RATE;
    int worse = 0;
    for (int epoch = 0; epoch < EPOCHS && worse < ENDS_AFTER; epoch++) {
      progress.report(before + epoch, ALL_EPOCHS);
      shuffle(order);
      double ofStep = decay * Math.min(1, (double) batch / order.size()) * rate / RATE;
      for (int from = 0; from < order.size(); from += batch) {
        gradient.clear();
        for (JudgedList list : order.subList(from, Math.min(order.size(), from + batch))) {
          int stride = Math.max(1, (list.size() - FIRST) / OTHERS);
          gradient.add(list, FIRST, stride, random.nextInt(stride));
        }
        adam.step(gradient.mean(), rate);
        network.decay(ofStep);
      }
      double loss = loss(adapter, validation);
      if (loss < least) {
        least = loss;
        worse = 0;
        System.arraycopy(weights, 0, best, 0, best.length);
      } else if (++worse % SLOWER_AFTER == 0) {
        rate /= 2;
      }
    }
    System.arraycopy(best, 0, weights, 0, best.length);
    return least;
  }

  private CosineAdapter start() {
    Standard score = metric == Metric.COSINE ? Standard.SAME : scores();
    Curve curve = LogisticFit.fit(lists, axis(score), () -> progress.report(0, ALL_EPOCHS));
    float[] biases = new float[spec.form().outputs()];
    // The inverse of what makes the outputs the slope and, of the form POWER, an exponent of one.
    biases[0] = (float) (curve.slope() > 30 ? curve.slope() : Math.log(Math.expm1(curve.slope())));
    biases[1] = curve.intercept();
    Network network =
        Network.untrained(
            CosineAdapter.inputs(spec.inputs(), dimension), spec.hiddenUnits(), biases, random);
    return new CosineAdapter(
        spec.form(),
        spec.inputs(),
        dimension,
        score,
        spec.inputs().hasStatistics() ? standards() : new Standard[0],
        network);
  }

  /// The places that the adapter's curves are over, of the exponent that they begin with.
  private LogisticFit.Axis axis(Standard score) {
    double exponent = spec.form().exponent();
    return (list, places) -> {
      if (spec.inputs().hasStatistics()) {
        LogisticFit.standing(list, places);
      } else {
        for (int i = 0; i < list.size(); i++) {
          places[i] = score.of(list.scores()[i]);
        }
      }
      for (int i = 0; i < list.size(); i++) {
        places[i] = CosineAdapter.power(places[i], exponent);
      }
    };
  }

  /// How scores are brought to about one.
  private Standard scores() {
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (JudgedList list : lists) {
      for (float score : list.scores()) {
        sum += score;
        squares += (double) score * score;
        count++;
      }
    }
    return standard(sum / count, squares / count);
  }

  private static Standard standard(double mean, double meanSquare) {
    double variance = meanSquare - mean * mean;
    return new Standard((float) mean, variance > 1e-12 ? (float) (1 / Math.sqrt(variance)) : 1);
  }

  /// How statistics are brought to about one.
  private Standard[] standards() {
    double[] sums = new double[ListStatistics.COUNT];
    double[] squares = new double[ListStatistics.COUNT];
    float[] statistics = new float[ListStatistics.COUNT];
    for (JudgedList list : lists) {
      double mean = ListStatistics.mean(list.scores(), list.size());
      double deviation = ListStatistics.deviation(list.scores(), list.size(), mean);
      ListStatistics.describe(list.scores(), list.size(), mean, deviation, statistics, 0);
      for (int i = 0; i < statistics.length; i++) {
        sums[i] += statistics[i];
        squares[i] += (double) statistics[i] * statistics[i];
      }
    }
    Standard[] standards = new Standard[ListStatistics.COUNT];
    for (int i = 0; i < standards.length; i++) {
      standards[i] = standard(sums[i] / lists.size(), squares[i] / lists.size());
    }
    return standards;
  }

  private void shuffle(List<JudgedList> order) {
    for (int i = order.size() - 1; i > 0; i--) {
      order.set(i, order.set(random.nextInt(i + 1), order.get(i)));
    }
  }

  /// The mean cross-entropy of judged candidates.
  static double loss(RelevanceModel model, List<JudgedList> lists) {
    float[] relevances = new float[RelevanceModel.MAX_CANDIDATES];
    double loss = 0;
    long pairs = 0;
    for (JudgedList list : lists) {
      model.relevances(list.query(), list.scores(), list.size(), relevances);
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i)) {
          double share = Math.clamp(relevances[i], 1e-7, 1 - 1e-7);
          loss -= list.grade(i) * Math.log(share) + (1 - list.grade(i)) * Math.log1p(-share);
          pairs++;
        }
      }
    }
    return pairs == 0 ? 0 : loss / pairs;
  }
}
