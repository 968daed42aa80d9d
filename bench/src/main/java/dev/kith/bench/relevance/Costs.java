package dev.kith.bench.relevance;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.Metric;
import dev.kith.index.relevance.Baselines;
import dev.kith.index.relevance.JudgedList;
import dev.kith.index.relevance.OutlierProfile;
import dev.kith.index.relevance.RelevanceTraining;
import dev.kith.index.relevance.RelevanceTraining.Split;
import dev.kith.index.relevance.TrainedModel;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What models cost: memory, and the processor time of a query.
///
/// @param dataset its name
/// @param costs of every contender at every shape
record Costs(String dataset, List<Cost> costs) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// Lists of a pass.
  private static final int LISTS = 500;

  /// Passes that let the compiler do its work, and then count: the median does.
  private static final int WARMING = 12;

  private static final int TIMED = 15;

  private static final int RANDOM_DIMENSION = 768;
  private static final int RANDOM_CANDIDATES = 100;
  private static final int RANDOM_LISTS = 100;

  /// What one model costs.
  ///
  /// @param dimension of the queries
  /// @param candidates of each
  /// @param bytes with its thresholds
  /// @param micros of the thread's processor time, a query
  record Cost(
      String model, int dimension, int candidates, int parameters, long bytes, double micros) {}

  /// Measures.
  ///
  /// @param profile of the base rows
  /// @param progress told in a line what is being done
  static Costs run(Trial trial, OutlierProfile profile, Consumer<String> progress) {
    List<Cost> costs = new ArrayList<>();
    List<Candidates> heldOut = trial.heldOut();
    List<Candidates> lists = heldOut.subList(0, Math.min(LISTS, heldOut.size()));
    progress.accept("timing models");
    for (Contender contender : Contender.values()) {
      costs.add(cost(contender.text(), trial.trained(contender), lists));
    }
    costs.add(cost(trial, profile, lists));
    Random random = new Random(1);
    List<Candidates> drawn = new ArrayList<>();
    for (int i = 0; i < RANDOM_LISTS; i++) {
      drawn.add(random(random));
    }
    List<JudgedList> judged = drawn.stream().map(Candidates::judged).toList();
    Split split = Split.of(judged, 1);
    Baselines baselines = Baselines.fit(Metric.COSINE, split.learnt(), () -> {});
    for (Contender contender : Contender.values()) {
      TrainedModel trained =
          RelevanceTraining.fit(
              contender.spec(trial.sample().settings().hiddenUnits()),
              Metric.COSINE,
              RANDOM_DIMENSION,
              RANDOM_CANDIDATES,
              split,
              baselines,
              1,
              (_, _) -> {});
      costs.add(cost(contender.text(), trained, drawn));
    }
    return new Costs(trial.sample().dataset().name(), costs);
  }

  private static Candidates random(Random random) {
    float[] query = new float[RANDOM_DIMENSION];
    double squares = 0;
    for (int i = 0; i < query.length; i++) {
      query[i] = (float) random.nextGaussian();
      squares += query[i] * query[i];
    }
    for (int i = 0; i < query.length; i++) {
      query[i] /= (float) Math.sqrt(squares);
    }
    float[] ascending = new float[RANDOM_CANDIDATES];
    for (int i = 0; i < ascending.length; i++) {
      ascending[i] = random.nextFloat();
    }
    Arrays.sort(ascending);
    float[] scores = new float[ascending.length];
    float[] grades = new float[ascending.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = ascending[scores.length - 1 - i];
      grades[i] = random.nextFloat() < scores[i] / 4 ? 1 : 0;
    }
    return new Candidates(query, new int[scores.length], scores, grades, 0);
  }

  private static Cost cost(String name, TrainedModel trained, List<Candidates> lists) {
    float[] relevances = new float[trained.candidates()];
    double micros =
        micros(
            lists,
            list ->
                trained
                    .model()
                    .relevances(list.query(), list.scores(), list.scores().length, relevances));
    return new Cost(
        name,
        trained.dimension(),
        trained.candidates(),
        trained.model().parameters(),
        trained.bytes(),
        micros);
  }

  private static Cost cost(Trial trial, OutlierProfile profile, List<Candidates> lists) {
    TrainedModel trained = trial.trained(Contender.RAW);
    return new Cost(
        "outlier profile",
        trained.dimension(),
        0,
        0,
        trained.withProfile(profile).bytes() - trained.bytes(),
        micros(lists, list -> profile.distance(list.query())));
  }

  private static double micros(List<Candidates> lists, Consumer<Candidates> work) {
    double[] passes = new double[TIMED];
    for (int pass = -WARMING; pass < TIMED; pass++) {
      long start = THREADS.getCurrentThreadCpuTime();
      lists.forEach(work);
      long nanos = THREADS.getCurrentThreadCpuTime() - start;
      if (pass >= 0) {
        passes[pass] = nanos / 1e3 / lists.size();
      }
    }
    Arrays.sort(passes);
    return passes[TIMED / 2];
  }

  Section section() {
    List<List<String>> rows = new ArrayList<>();
    for (Cost cost : costs) {
      rows.add(
          List.of(
              cost.model,
              Integer.toString(cost.dimension),
              cost.candidates == 0 ? "-" : Integer.toString(cost.candidates),
              Cells.whole(cost.parameters),
              Cells.whole(cost.bytes),
              String.format(Locale.ROOT, "%.2f", cost.micros)));
    }
    return new Section(
        "%s: what models cost".formatted(dataset),
        List.of(
            ("us: the calling thread's processor time a query, the median of %d passes after %d that"
                    + " warm up. Bytes are of numbers and thresholds. Lists of %d dimensions and %d"
                    + " candidates are random; the outlier profile tells of one vector how unlike"
                    + " the base it is.")
                .formatted(TIMED, WARMING, RANDOM_DIMENSION, RANDOM_CANDIDATES)),
        List.of("model", "dimensions", "candidates", "parameters", "bytes", "us"),
        rows);
  }

  ArrayNode json() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Cost cost : costs) {
      json.addObject()
          .put("model", cost.model)
          .put("dimension", cost.dimension)
          .put("candidates", cost.candidates)
          .put("parameters", cost.parameters)
          .put("bytes", cost.bytes)
          .put("us", cost.micros);
    }
    return json;
  }
}
