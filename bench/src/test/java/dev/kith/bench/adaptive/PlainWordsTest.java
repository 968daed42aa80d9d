package dev.kith.bench.adaptive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Projection;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PlainWordsTest {
  private static final int ROWS = 100;
  private static final int DIMENSION = 8;

  /// There are more words than rows, so that words stand for all parts of rows without any error.
  @ParameterizedTest
  @EnumSource(Metric.class)
  void wordsWithoutErrorRankAsVectorsDo(Metric metric) throws Exception {
    try (Arena arena = Arena.ofShared()) {
      VectorRows rows = random(new VectorSpace(DIMENSION, metric), ROWS, 4, arena);
      VectorRows queries = random(rows.space(), 5, 5, arena);
      PlainWords words = PlainWords.learn(rows, 2, 1, 1, arena);
      for (int query = 0; query < queries.capacity(); query++) {
        int asked = query;
        int[] expected =
            IntStream.range(0, ROWS)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> -score(rows, row, queries, asked)))
                .limit(6)
                .mapToInt(Integer::intValue)
                .toArray();
        assertArrayEquals(expected, words.nearest(queries, query, 6), "query " + query);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void prefixesAreTheFirstCoordinates(Metric metric) throws Exception {
    try (Arena arena = Arena.ofShared()) {
      VectorRows rows = random(new VectorSpace(DIMENSION, metric), ROWS, 6, arena);
      VectorRows prefixes = prefixes(Basis.AS_IS, rows, 4, 3, arena);
      for (int row = 0; row < ROWS; row++) {
        double squares = 0;
        for (int i = 0; i < 3; i++) {
          squares += (double) coordinate(rows, row, i) * coordinate(rows, row, i);
        }
        double length = metric == Metric.COSINE ? Math.sqrt(squares) : 1;
        for (int i = 0; i < 3; i++) {
          assertEquals(coordinate(rows, row, i) / length, coordinate(prefixes, row, i), 1e-6);
        }
      }
      // Along all axes there are, vectors are as long as they were.
      VectorRows turned = prefixes(Basis.PCA, rows, DIMENSION, DIMENSION, arena);
      assertEquals(score(rows, 0, rows, 1), score(turned, 0, turned, 1), 1e-4);
    }
  }

  private static VectorRows prefixes(
      Basis basis, VectorRows rows, int widest, int width, Arena arena)
      throws InterruptedException {
    int[] all = IntStream.range(0, rows.capacity()).toArray();
    Codec.Prefix codec = new Codec.Prefix(basis, List.of(widest));
    return Projection.learn(codec, rows, all, 1, 1, arena, () -> {})
        .narrowed(width)
        .prefixes(rows, all, 1, arena, () -> {});
  }

  private static double score(VectorRows rows, int row, VectorRows queries, int query) {
    double sum = 0;
    for (int i = 0; i < rows.space().dimension(); i++) {
      double a = coordinate(rows, row, i);
      double b = coordinate(queries, query, i);
      sum += rows.space().metric() == Metric.EUCLIDEAN ? -(a - b) * (a - b) : a * b;
    }
    return sum;
  }

  private static float coordinate(VectorRows rows, int row, int i) {
    return rows.segment().get(Points.FLOAT, rows.offset(row) + (long) i * Float.BYTES);
  }

  private static VectorRows random(VectorSpace space, int count, long seed, Arena arena) {
    Random random = new Random(seed);
    VectorRows rows = VectorRows.reserve(space, count, arena);
    for (int row = 0; row < count; row++) {
      float[] vector = new float[space.dimension()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      rows.set(row, vector);
    }
    return rows;
  }
}
