package dev.kith.server.testing;

import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.Judgment;
import dev.kith.proto.v1.PointId;
import java.util.Random;

/// Points in clusters, and queries to which the points of a cluster are relevant, if any are. Point
/// `c * SIZE + i` is of cluster `c`.
public final class JudgedClusters {
  public static final int DIMENSION = 16;
  public static final int CLUSTERS = 40;
  public static final int SIZE = 12;

  private final float[][] centres = new float[CLUSTERS][];
  private final Random random;

  public JudgedClusters(long seed) {
    this.random = new Random(seed);
    for (int cluster = 0; cluster < CLUSTERS; cluster++) {
      centres[cluster] = near(new float[DIMENSION], 1);
    }
  }

  private float[] near(float[] centre, double deviation) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (centre[i] + deviation * random.nextGaussian());
    }
    return vector;
  }

  /// All points, cluster after cluster.
  public float[][] points() {
    float[][] points = new float[CLUSTERS * SIZE][];
    for (int i = 0; i < points.length; i++) {
      points[i] = near(centres[i / SIZE], 0.4);
    }
    return points;
  }

  /// A query like a point of a cluster.
  public float[] query(int cluster) {
    return near(centres[cluster], 0.4);
  }

  /// A query like nothing that is there.
  public float[] stray() {
    return near(new float[DIMENSION], 1);
  }

  /// Judged queries, one of five of them a stray, to which nothing is relevant.
  public JudgedQueries judged(int count) {
    float[][] queries = new float[count][];
    JudgedQueries.Builder message = JudgedQueries.newBuilder();
    for (int row = 0; row < count; row++) {
      int cluster = random.nextInt(CLUSTERS);
      boolean isStray = row % 5 == 4;
      queries[row] = isStray ? stray() : query(cluster);
      for (int i = 0; i < SIZE && !isStray; i++) {
        message.addJudgments(
            Judgment.newBuilder()
                .setQuery(row)
                .setPoint(PointId.newBuilder().setNumber((long) cluster * SIZE + i)));
      }
    }
    return message.setVectors(RunningServer.matrix(queries)).build();
  }
}
