package dev.kith.bench.ingest;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.client.Payload;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What is loaded, and what is asked for afterwards. Point `i` is row `i`, with an id and a payload
/// that follow from `i`.
///
/// @param name of the vectors, for the table
/// @param base the vectors to load
/// @param queries vectors of the same kind that are not loaded
/// @param owner run to free both
record Material(String name, FloatMatrix base, FloatMatrix queries, Runnable owner)
    implements AutoCloseable {
  private static final int POINTS_PER_CLUSTER = 100;
  private static final double SPREAD = 0.5;

  /// A benchmark's data set.
  static Material read(Path dataset) throws IOException, InterruptedException {
    Dataset data = DatasetFolder.open(dataset, 1);
    return new Material(data.name(), data.base(), data.queries(), data::close);
  }

  /// Vectors around random centres, in random order. The same seed gives the same vectors.
  static Material clustered(int points, int queries, int dimension, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] centres = new float[Math.max(1, points / POINTS_PER_CLUSTER)][];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = around(new float[dimension], 1, random);
    }
    Arena arena = Arena.ofShared();
    FloatMatrix base = FloatMatrix.allocate(points, dimension, arena);
    FloatMatrix held = FloatMatrix.allocate(queries, dimension, arena);
    for (FloatMatrix matrix : List.of(base, held)) {
      for (int row = 0; row < matrix.rows(); row++) {
        matrix.set(row, around(centres[random.nextInt(centres.length)], SPREAD, random));
      }
    }
    return new Material("clustered, seed " + seed, base, held, arena::close);
  }

  private static float[] around(float[] centre, double spread, SplittableRandom random) {
    float[] vector = new float[centre.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (centre[i] + spread * random.nextGaussian());
    }
    return vector;
  }

  /// The points `[from, to)`.
  PointBatch batch(int from, int to) {
    List<PointId> ids = new ArrayList<>(to - from);
    List<Payload> payloads = new ArrayList<>(to - from);
    for (int ordinal = from; ordinal < to; ordinal++) {
      ids.add(PointId.of(ordinal));
      payloads.add(payload(ordinal));
    }
    return PointBatch.of(ids, base.columns(), base.slice(from, to).data(), List.copyOf(payloads));
  }

  /// What a point carries: 62 bytes.
  static Payload payload(int ordinal) {
    return Payload.of(
        "{\"word\":\"word-%07d\",\"ordinal\":%07d,\"kind\":\"ingest proof\"}"
            .formatted(ordinal, 1_000_000 + ordinal));
  }

  /// Bytes of vectors and payloads.
  long bytes() {
    return (long) base.rows() * ((long) base.columns() * Float.BYTES + payload(0).length());
  }

  @Override
  public void close() {
    owner.run();
  }
}
