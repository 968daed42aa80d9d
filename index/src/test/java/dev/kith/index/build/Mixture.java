package dev.kith.index.build;

import dev.kith.index.Metric;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;

/// Seeded vectors around seeded centres, and the plainest search over them.
///
/// Embeddings come in clusters; uniform noise would be both harder and unlike any data.
public final class Mixture {
  private final VectorSpace space;
  private final float[][] vectors;

  public Mixture(VectorSpace space, float[][] vectors) {
    this.space = space;
    this.vectors = vectors;
  }

  public VectorSpace space() {
    return space;
  }

  public float[][] vectors() {
    return vectors;
  }

  public static Mixture of(VectorSpace space, int count, int clusters, long seed) {
    Random random = new Random(seed);
    float[][] centres = new float[clusters][];
    for (int i = 0; i < clusters; i++) {
      centres[i] = gaussian(random, new float[space.dimension()], 1);
    }
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = gaussian(random, centres[random.nextInt(clusters)], 0.5);
    }
    return new Mixture(space, vectors);
  }

  private static float[] gaussian(Random random, float[] centre, double spread) {
    float[] vector = centre.clone();
    for (int i = 0; i < vector.length; i++) {
      vector[i] += (float) (spread * random.nextGaussian());
    }
    return vector;
  }

  /// The vectors `[from, to)` alone.
  public Mixture part(int from, int to) {
    return new Mixture(space, Arrays.copyOfRange(vectors, from, to));
  }

  public int count() {
    return vectors.length;
  }

  /// A vector as an append wants it.
  public MemorySegment bytes(int i) {
    return MemorySegment.ofArray(vectors[i]);
  }

  /// The best `k` of the first `count` vectors that are `alive`, best first.
  public int[] nearest(float[] query, int k, int count, IntPredicate alive) {
    TopK best = new TopK(k);
    for (int i = 0; i < count; i++) {
      if (alive.test(i)) {
        best.offer(i, (float) score(query, vectors[i]));
      }
    }
    int[] ordinals = new int[best.size()];
    best.drainTo(ordinals, new float[best.size()]);
    return ordinals;
  }

  /// The score of a row, in double precision; raw, as the engine has it.
  public double score(float[] query, int row) {
    return score(query, vectors[row]);
  }

  private double score(float[] a, float[] b) {
    double dot = 0;
    double distance = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      distance += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      normA += (double) a[i] * a[i];
      normB += (double) b[i] * b[i];
    }
    Metric metric = space.metric();
    return switch (metric) {
      case COSINE -> dot / Math.sqrt(normA * normB);
      case DOT -> dot;
      case EUCLIDEAN -> -distance;
    };
  }
}
