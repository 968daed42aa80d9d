package dev.kith.bench.relevance;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.embed.MiniLm;
import dev.kith.bench.progress.Progress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// Queries of one kind that nothing in the base fits.
///
/// @param name of the kind
/// @param vectors a query each
record Strangers(String name, FloatMatrix vectors) {

  /// Base vectors that one without meaning is the mean of.
  private static final int MIXED = 5;

  /// Cosine from which the encoder is the one that made the base: others disagree by far more, and
  /// texts that share a run of the model by far less.
  private static final double SAME_ENCODER = 0.999;

  /// Makes all kinds for a data set: texts where the encoder made its vectors of `texts.txt`, else
  /// vectors.
  ///
  /// @param folder of the data set
  /// @param count of each kind
  /// @param threads that embed
  /// @param arena takes the vectors
  /// @param progress told in a line what is being done
  static List<Strangers> of(
      Path folder, Dataset dataset, int count, int threads, Arena arena, Consumer<String> progress)
      throws IOException {
    Path file = folder.resolve("texts.txt");
    if (dataset.space().dimension() == MiniLm.DIMENSION && Files.exists(file)) {
      List<String> texts = Files.readAllLines(file);
      try (MiniLm encoder = MiniLm.load(threads)) {
        if (texts.size() == dataset.base().rows()
            && cosine(encoder.embed(texts.getFirst()), dataset.base().row(0)) > SAME_ENCODER) {
          progress.accept("embedding %,d texts that nothing fits".formatted(2 * count));
          StrangeTexts strange = new StrangeTexts(1);
          return List.of(
              embed("random words", strange.randomWords(texts, count), encoder, arena),
              embed("lines of code, logs and numbers", strange.lines(count), encoder, arena));
        }
      }
    }
    Random random = new Random(1);
    return List.of(
        directions(dataset.base(), count, random, arena),
        mixtures(dataset.base(), count, random, arena));
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      ofA += (double) a[i] * a[i];
      ofB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(ofA * ofB);
  }

  private static Strangers embed(String name, List<String> texts, MiniLm encoder, Arena arena) {
    FloatMatrix vectors = FloatMatrix.allocate(texts.size(), MiniLm.DIMENSION, arena);
    try (Progress progress = Progress.start("Embedding", texts.size(), " texts")) {
      float[][] embedded = encoder.embed(texts, progress::step);
      for (int i = 0; i < embedded.length; i++) {
        vectors.set(i, embedded[i]);
      }
    }
    return new Strangers(name, vectors);
  }

  /// Vectors of any direction, as long as those of the base.
  private static Strangers directions(FloatMatrix base, int count, Random random, Arena arena) {
    FloatMatrix vectors = FloatMatrix.allocate(count, base.columns(), arena);
    for (int i = 0; i < count; i++) {
      float[] vector = new float[base.columns()];
      for (int j = 0; j < vector.length; j++) {
        vector[j] = (float) random.nextGaussian();
      }
      double scale = length(base.row(random.nextInt(base.rows()))) / length(vector);
      for (int j = 0; j < vector.length; j++) {
        vector[j] *= (float) scale;
      }
      vectors.set(i, vector);
    }
    return new Strangers("random directions", vectors);
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float coordinate : vector) {
      squares += (double) coordinate * coordinate;
    }
    return Math.sqrt(squares);
  }

  /// What averages words that have nothing to do with each other.
  private static Strangers mixtures(FloatMatrix base, int count, Random random, Arena arena) {
    FloatMatrix vectors = FloatMatrix.allocate(count, base.columns(), arena);
    for (int i = 0; i < count; i++) {
      float[] mean = new float[base.columns()];
      for (int part = 0; part < MIXED; part++) {
        float[] row = base.row(random.nextInt(base.rows()));
        for (int j = 0; j < mean.length; j++) {
          mean[j] += row[j] / MIXED;
        }
      }
      vectors.set(i, mean);
    }
    return new Strangers("means of %d random rows".formatted(MIXED), vectors);
  }

  /// Finds what is nearest to each.
  List<Candidates> search(Neighbors neighbors) throws InterruptedException {
    List<Candidates> candidates = new ArrayList<>();
    try (Progress progress = Progress.start("Unfit queries", vectors.rows(), " queries")) {
      neighbors.find(vectors, progress::step).forEach(found -> candidates.add(found.ungraded()));
    }
    return candidates;
  }
}
