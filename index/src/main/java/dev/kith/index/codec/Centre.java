package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/// The centre that rows are coded relative to, and how their differences from it are rotated.
/// Immutable and thread-safe.
final class Centre {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final boolean euclidean;
  private final float[] coordinates;
  private final RandomRotation rotation;

  /// @param stored begins with the coordinates
  /// @param rotated coordinates of a difference, with the zeros behind it
  /// @param seed of the rotation
  Centre(VectorSpace space, MemorySegment stored, int rotated, long seed) {
    this.euclidean = space.metric() == Metric.EUCLIDEAN;
    this.coordinates = new float[space.dimension()];
    MemorySegment.copy(stored, FLOAT, 0, coordinates, 0, coordinates.length);
    this.rotation = new RandomRotation(rotated, seed);
  }

  /// Writes the mean of rows.
  ///
  /// @param sources ordinals in `rows`; of none the mean is zero
  static void storeMean(VectorRows rows, int[] sources, MemorySegment target) {
    double[] sums = new double[rows.space().dimension()];
    for (int source : sources) {
      Objects.checkIndex(source, rows.capacity());
      long offset = rows.offset(source);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += rows.segment().get(FLOAT, offset + (long) i * Float.BYTES);
      }
    }
    int count = Math.max(1, sources.length);
    for (int i = 0; i < sums.length; i++) {
      target.set(FLOAT, (long) i * Float.BYTES, (float) (sums[i] / count));
    }
  }

  /// Writes the difference of the vector at `offset` of `source` to the front of `target`, and
  /// zeros behind it.
  void subtractFrom(MemorySegment source, long offset, float[] target) {
    MemorySegment.copy(source, FLOAT, offset, target, 0, coordinates.length);
    for (int i = 0; i < coordinates.length; i++) {
      target[i] -= coordinates[i];
    }
    Arrays.fill(target, coordinates.length, target.length, 0);
  }

  /// Rotates a difference in place.
  void rotate(float[] difference) {
    rotation.rotate(difference);
  }

  /// What of a score depends on the row alone: `<r - c, c>`, and `|r - c|²` under EUCLIDEAN.
  ///
  /// @param difference of the row, not rotated yet
  double restOfRow(float[] difference) {
    return euclidean ? squaredLength(difference) : product(difference);
  }

  /// What of a score depends on the query alone: `<q, c>`, and `|q - c|²` under EUCLIDEAN.
  ///
  /// @param query holds it from its start
  /// @param difference of the query, not rotated yet
  double restOfQuery(MemorySegment query, float[] difference) {
    if (euclidean) {
      return squaredLength(difference);
    }
    double sum = 0;
    for (int i = 0; i < coordinates.length; i++) {
      sum += (double) coordinates[i] * query.get(FLOAT, (long) i * Float.BYTES);
    }
    return sum;
  }

  static double squaredLength(float[] difference) {
    double sum = 0;
    for (float coordinate : difference) {
      sum += (double) coordinate * coordinate;
    }
    return sum;
  }

  private double product(float[] difference) {
    double sum = 0;
    for (int i = 0; i < coordinates.length; i++) {
      sum += (double) difference[i] * coordinates[i];
    }
    return sum;
  }
}
