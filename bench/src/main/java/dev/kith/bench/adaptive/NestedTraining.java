package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.Labels;
import dev.kith.index.Metric;
import dev.kith.index.relevance.Adam;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Trains a [NestedHead] on the base vectors of a data set and their classes, and makes a data set
/// of embeddings. Queries are embedded only: the head never sees their classes.
final class NestedTraining {

  /// Widths that embeddings are trained for.
  static final List<Integer> WIDTHS = List.of(8, 16, 32, 64, 128);

  private static final int BATCH = 128;

  /// Times that all rows are looked at, and steps that are taken at least.
  private static final int EPOCHS = 5;

  private static final int LEAST_STEPS = 500;

  /// Of the first step; it falls to zero in even steps.
  private static final double RATE = 1e-3;

  /// What all weights lose in a step, times its rate: what no class asks for fades (Loshchilov and
  /// Hutter, *Decoupled weight decay regularization*, ICLR 2019, algorithm 2).
  private static final double DECAY = 1;

  /// See [NestedHead]. The more it is, the fewer rows must be kept, and the less classes are told
  /// apart: those of WordNet with 30 still better than by the vectors that the head learns from.
  private static final double LIKENESS = 30;

  private final FloatMatrix base;
  private final int[] classes;
  private final NestedHead head;
  private final float scale;
  private final SplittableRandom random;

  private NestedTraining(Dataset dataset, Labels labels, long seed) {
    this.base = dataset.base();
    Map<String, Integer> numbers = new HashMap<>();
    this.classes = new int[base.rows()];
    for (int row = 0; row < classes.length; row++) {
      Integer known = numbers.putIfAbsent(labels.base().get(row), numbers.size());
      classes[row] = known == null ? numbers.size() - 1 : known;
    }
    this.head = new NestedHead(base.columns(), WIDTHS, Math.max(2, numbers.size()), LIKENESS, seed);
    this.random = new SplittableRandom(seed + 1);
    this.scale = scale(base);
  }

  /// What makes coordinates about as large as one.
  private static float scale(FloatMatrix rows) {
    double squares = 0;
    for (int row = 0; row < rows.rows(); row++) {
      for (float coordinate : rows.row(row)) {
        squares += (double) coordinate * coordinate;
      }
    }
    return squares == 0 ? 1 : (float) Math.sqrt((double) rows.rows() * rows.columns() / squares);
  }

  /// Trains, and writes the folder of a data set of embeddings with the labels of the vectors, to
  /// be compared by cosine.
  ///
  /// @param labels of the data set
  /// @param queries which of them to embed
  /// @param progress told the loss of every epoch
  static void write(
      Dataset dataset,
      Labels labels,
      int[] queries,
      long seed,
      Path folder,
      Consumer<String> progress)
      throws IOException {
    NestedTraining training = new NestedTraining(dataset, labels, seed);
    training.train(progress);
    try (Arena arena = Arena.ofConfined()) {
      int[] all = IntStream.range(0, dataset.base().rows()).toArray();
      DatasetFolder.write(
          folder,
          dataset.name() + "-nested",
          Metric.COSINE,
          training.embed(dataset.base(), all, arena),
          training.embed(dataset.queries(), queries, arena));
    }
    List<String> ofQueries =
        Arrays.stream(queries).mapToObj(query -> labels.queries().get(query)).toList();
    new Labels(labels.base(), ofQueries).write(folder);
  }

  private void train(Consumer<String> progress) {
    int[] order = IntStream.range(0, base.rows()).toArray();
    Adam adam = new Adam(head.weights());
    float[] gradient = new float[head.weights().length];
    int batches = Math.ceilDiv(order.length, BATCH);
    int epochs = Math.max(EPOCHS, Math.ceilDiv(LEAST_STEPS, batches));
    int steps = epochs * batches;
    int step = 0;
    for (int epoch = 1; epoch <= epochs; epoch++) {
      shuffle(order);
      double loss = 0;
      for (int from = 0; from < order.length; from += BATCH) {
        int[] rows = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH));
        Arrays.fill(gradient, 0);
        loss += rows.length * head.addGradient(scaled(rows), classesOf(rows), gradient);
        double rate = RATE * (1 - step / (double) steps);
        fade((float) (1 - rate * DECAY));
        adam.step(gradient, rate);
        step++;
      }
      if (epoch % (epochs / EPOCHS) == 0) {
        progress.accept(
            "nested head, epoch %d of %d: mean loss of a width %.4f"
                .formatted(epoch, epochs, loss / order.length / WIDTHS.size()));
      }
    }
  }

  private void fade(float share) {
    float[] weights = head.weights();
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= share;
    }
  }

  private float[][] scaled(int[] rows) {
    return Arrays.stream(rows).mapToObj(row -> scaled(base, row)).toArray(float[][]::new);
  }

  private int[] classesOf(int[] rows) {
    return Arrays.stream(rows).map(row -> classes[row]).toArray();
  }

  private void shuffle(int[] order) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  private float[] scaled(FloatMatrix rows, int row) {
    float[] vector = rows.row(row);
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  private FloatMatrix embed(FloatMatrix rows, int[] which, Arena arena) {
    FloatMatrix embeddings = FloatMatrix.allocate(which.length, head.outputs(), arena);
    float[] embedding = new float[head.outputs()];
    for (int i = 0; i < which.length; i++) {
      head.embed(scaled(rows, which[i]), embedding);
      embeddings.set(i, embedding);
    }
    return embeddings;
  }
}
