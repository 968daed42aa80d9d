package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.progress.Progress;
import dev.kith.index.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Generated vectors in clusters: a set of a size that no package has. Needs nothing from the
/// network.
///
/// Centres are normal with a deviation of 1 a coordinate, vectors lie around one of them with a
/// deviation of .6, and the `i`-th cluster is as likely as `1 / sqrt(i)` is large. The queries are
/// drawn as the vectors are.
public final class MixtureRecipe implements Recipe {
  private static final int VECTORS = 1_000_000;
  private static final int QUERIES = 2_000;
  private static final int DIMENSION = 128;
  private static final int CLUSTERS = 2_000;
  private static final double SPREAD = 0.6;
  private static final long SEED = 1;

  @Override
  public String name() {
    return "mixture-1m";
  }

  @Override
  public String description() {
    return "generated clusters, 1,000,000 x 128, euclidean, 2,000 queries (no download)";
  }

  @Override
  public void make(Path folder) throws IOException {
    make(folder, VECTORS, QUERIES);
  }

  /// As [#make(Path)], of another size.
  void make(Path folder, int vectors, int queries) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] centres = new float[CLUSTERS][];
    double[] upTo = new double[CLUSTERS];
    double sum = 0;
    for (int i = 0; i < CLUSTERS; i++) {
      centres[i] = normal(random, new float[DIMENSION], 1);
      sum += 1 / Math.sqrt(i + 1.0);
      upTo[i] = sum;
    }
    try (Arena arena = Arena.ofConfined();
        Progress progress = Progress.start("Generating", vectors + queries, " vectors")) {
      FloatMatrix base = FloatMatrix.allocate(vectors, DIMENSION, arena);
      FloatMatrix held = FloatMatrix.allocate(queries, DIMENSION, arena);
      fill(base, vectors, centres, upTo, random, progress);
      fill(held, queries, centres, upTo, random, progress);
      DatasetFolder.write(folder, name(), Metric.EUCLIDEAN, base, held);
    }
  }

  private static void fill(
      FloatMatrix target,
      int rows,
      float[][] centres,
      double[] upTo,
      SplittableRandom random,
      Progress progress) {
    float[] vector = new float[DIMENSION];
    for (int row = 0; row < rows; row++) {
      double drawn = random.nextDouble(upTo[CLUSTERS - 1]);
      int cluster = Arrays.binarySearch(upTo, drawn);
      float[] centre = centres[cluster < 0 ? -cluster - 1 : cluster];
      normal(random, vector, SPREAD);
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] += centre[i];
      }
      target.set(row, vector);
      progress.step(1);
    }
  }

  private static float[] normal(SplittableRandom random, float[] vector, double deviation) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (deviation * random.nextGaussian());
    }
    return vector;
  }
}
