package dev.kith.bench.upkeep;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;

/// Vectors in random order, so that what comes first is like what comes later; a vector is known by
/// its position in that order, which is also its label. And queries like them.
record Shuffled(
    String name,
    VectorSpace space,
    FloatMatrix base,
    FloatMatrix queries,
    List<Integer> order,
    Runnable owner)
    implements AutoCloseable {
  private static final int POINTS_PER_CLUSTER = 100;
  private static final double SPREAD = 0.5;

  /// The data set that `-Dkith.dataset=DIR` names, or else made-up vectors.
  ///
  /// @param points most vectors to take, and how many to make up
  static Shuffled big(int points, long seed) throws IOException, InterruptedException {
    Optional<Path> path = Optional.ofNullable(System.getProperty("kith.dataset")).map(Path::of);
    if (path.isEmpty()) {
      return clustered(points, 64, seed);
    }
    Dataset data = DatasetFolder.open(path.get(), 1);
    FloatMatrix queries = data.queries().slice(0, Math.min(1000, data.queries().rows()));
    List<Integer> order = order(data.base().rows(), seed);
    return new Shuffled(
        data.name(),
        data.space(),
        data.base(),
        queries,
        order.subList(0, Math.min(points, order.size())),
        data::close);
  }

  /// Vectors around random centres. The same seed gives the same vectors.
  static Shuffled clustered(int points, int dimension, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] centres = new float[Math.max(1, points / POINTS_PER_CLUSTER)][];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = around(new float[dimension], 1, random);
    }
    Arena arena = Arena.ofShared();
    FloatMatrix base = FloatMatrix.allocate(points, dimension, arena);
    FloatMatrix queries = FloatMatrix.allocate(1_000, dimension, arena);
    for (FloatMatrix matrix : List.of(base, queries)) {
      for (int row = 0; row < matrix.rows(); row++) {
        matrix.set(row, around(centres[random.nextInt(centres.length)], SPREAD, random));
      }
    }
    return new Shuffled(
        "clustered",
        new VectorSpace(dimension, Metric.COSINE),
        base,
        queries,
        order(points, seed),
        arena::close);
  }

  private static float[] around(float[] centre, double spread, SplittableRandom random) {
    float[] vector = new float[centre.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (centre[i] + spread * random.nextGaussian());
    }
    return vector;
  }

  private static List<Integer> order(int count, long seed) {
    List<Integer> order = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  int count() {
    return order.size();
  }

  /// Adds a vector to a segment.
  void append(GrowingSegment segment, int position) {
    appendAs(segment, position, position);
  }

  /// Adds a copy of a vector under another label.
  void appendAs(GrowingSegment segment, long label, int position) {
    segment.append(label, base.data(), base.offset(order.get(position)));
  }

  @Override
  public void close() {
    owner.run();
  }
}
