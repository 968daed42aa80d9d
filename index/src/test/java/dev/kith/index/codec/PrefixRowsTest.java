package dev.kith.index.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Prefixes, their scores and bounds, held to what they are defined as, a coordinate at a time.
final class PrefixRowsTest {
  private static final int COUNT = 90;

  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest(name = "{0} {1}, {2} dimensions, widths {3}, seed {4}")
  @CsvSource({
    "COSINE, AS_IS, 20, 5 8 20, 1",
    "DOT, AS_IS, 9, 1 2 3 4, 2",
    "EUCLIDEAN, AS_IS, 33, 16 32, 3",
    "COSINE, PCA, 24, 4 9 16, 4",
    "DOT, PCA, 40, 8 16, 5",
    "EUCLIDEAN, PCA, 17, 3 10 17, 6",
    "EUCLIDEAN, PCA, 70, 16 33 64, 7",
    "COSINE, AS_IS, 50, 0, 8"
  })
  void aScoreIsThatOfThePrefixesAtEveryWidth_seed(
      Metric metric, Basis basis, int dimension, String list, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    VectorSpace space = new VectorSpace(dimension, metric);
    Codec.Prefix codec = new Codec.Prefix(basis, widths(list));
    VectorRows rows = NormalRows.draw(space, COUNT, random, arena);
    int[] sources = IntStream.iterate(COUNT - 1, row -> row - 1).limit(COUNT - 7).toArray();
    PrefixRows prefixes = encode(codec, rows, sources, 2);
    float[] scores = new float[sources.length];
    try (QueryBuffer query = new QueryBuffer(space)) {
      for (int width : codec.widthsOf(space)) {
        query.set(NormalRows.vector(dimension, random));
        PrefixScorer scorer = new PrefixScorer().bind(prefixes, query, width);
        assertEquals(width, scorer.width());
        scorer.scoreRange(0, scores.length, scores);
        Naive naive = new Naive(prefixes.projection(), metric, width);
        for (int row = 0; row < scores.length; row++) {
          double expected = naive.score(vector(rows, sources[row]), vector(query));
          assertEquals(expected, scores[row], 1e-3 * (1 + Math.abs(expected)), "row " + row);
          assertEquals(scores[row], scorer.score(row), 1e-4 * (1 + Math.abs(expected)));
        }
        int[] some = {3, 0, 3, sources.length - 1, 8};
        float[] ofSome = new float[5];
        scorer.score(some, 5, ofSome);
        for (int i = 0; i < 5; i++) {
          assertEquals(scores[some[i]], ofSome[i], 1e-4 * (1 + Math.abs(ofSome[i])));
        }
      }
      PrefixScorer between = new PrefixScorer().bind(prefixes, query, codec.widthsOf(space).get(0));
      assertEquals(codec.widthsOf(space).getFirst(), between.width());
      assertEquals(
          codec.widthsOf(space).getLast(), new PrefixScorer().bind(prefixes, query, 1000).width());
    }
  }

  /// Scores prefixes in doubles.
  private record Naive(Projection projection, Metric metric, int width) {

    double score(float[] row, float[] query) {
      double[] ofRow = prefix(row);
      double[] ofQuery = prefix(query);
      double dot = dot(ofRow, ofQuery);
      return switch (metric) {
        case DOT -> dot;
        case COSINE -> dot / Math.sqrt(dot(ofRow, ofRow) * dot(ofQuery, ofQuery));
        case EUCLIDEAN -> -(squares(row) + squares(query) - 2 * dot); // Tails at a right angle.
      };
    }

    double[] prefix(float[] vector) {
      double[] prefix = new double[width];
      if (projection.stored().isEmpty()) {
        return IntStream.range(0, width).mapToDouble(i -> vector[i]).toArray();
      }
      MemorySegment axes = projection.stored().get();
      for (int i = 0; i < width; i++) {
        long at = i * (axes.byteSize() / projection.width());
        for (int k = 0; k < vector.length; k++) {
          prefix[i] += (double) axes.get(Points.FLOAT, at + 4L * k) * vector[k];
        }
      }
      return prefix;
    }
  }

  @ParameterizedTest(name = "{0} {1}, {2} dimensions, widths {3}, seed {4}")
  @CsvSource({
    "COSINE, AS_IS, 20, 5 8 20, 11",
    "DOT, AS_IS, 30, 1 2 12, 12",
    "EUCLIDEAN, AS_IS, 33, 16 32, 13",
    "COSINE, PCA, 24, 4 9 24, 14",
    "DOT, PCA, 40, 8 40, 15",
    "EUCLIDEAN, PCA, 17, 3 10 17, 16",
    "EUCLIDEAN, PCA, 700, 16 64 256, 17",
    "COSINE, PCA, 700, 16 64 256, 18"
  })
  void noScoreIsLargerThanItsBoundAtAnyWidthAndTheLastBoundsAreClose_seed(
      Metric metric, Basis basis, int dimension, String list, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    VectorSpace space = new VectorSpace(dimension, metric);
    VectorRows rows = NormalRows.draw(space, COUNT, random, arena);
    rows.set(5, scaled(dimension, 1e-4f));
    int[] all = IntStream.range(0, COUNT).toArray();
    PrefixRows prefixes = encode(new Codec.Prefix(basis, widths(list)), rows, all, 1);
    float[] sums = new float[COUNT];
    float[] others = new float[COUNT];
    try (QueryBuffer query = new QueryBuffer(space)) {
      for (int trial = 0; trial < 20; trial++) {
        // Of rows themselves the bounds are closest.
        query.set(trial < 10 ? vector(rows, trial) : NormalRows.vector(dimension, random));
        PrefixBounds bounds = new PrefixBounds().bind(prefixes, query);
        F32Scorer exact = new F32Scorer().bind(rows, query);
        bounds.begin(0, COUNT, sums);
        for (int level = 0; level < bounds.levels(); level++) {
          bounds.add(level, all, COUNT, level == 0 ? others : sums);
          for (int row = 0; row < COUNT; row++) {
            float most = bounds.most(level, row, level == 0 ? others[row] : sums[row]);
            assertTrue(most >= exact.score(row), "level %d, row %d".formatted(level, row));
            if (bounds.width(level) == dimension || widths(list).get(level) == dimension) {
              double norms = prefixes.longest() + Math.sqrt(squares(vector(query)));
              assertTrue(most - exact.score(row) <= 0.01 * norms * norms, "loose");
            }
          }
        }
      }
    }
  }

  private static float[] scaled(int dimension, float size) {
    float[] vector = new float[dimension];
    vector[dimension / 2] = size;
    return vector;
  }

  @ParameterizedTest
  @CsvSource({"AS_IS, COSINE", "PCA, EUCLIDEAN"})
  void theBytesAreTheSameWithAnyNumberOfThreadsAndReadAgainScoreTheSame_seed21(
      Basis basis, Metric metric) throws InterruptedException {
    Random random = new Random(21);
    VectorSpace space = new VectorSpace(40, metric);
    VectorRows rows = NormalRows.draw(space, 700, random, arena);
    int[] all = IntStream.range(0, 700).toArray();
    Codec.Prefix codec = new Codec.Prefix(basis, List.of(6, 13));
    PrefixRows one = encode(codec, rows, all, 1);
    PrefixRows three = encode(codec, rows, all, 3);
    assertEquals(-1, one.stored().mismatch(three.stored()));
    assertEquals(SegmentCodes.bytes(codec, space, 700), one.stored().byteSize());
    PrefixRows read = PrefixRows.map(codec, space, one.projection(), one.stored(), 700);
    float[] scores = new float[700];
    float[] again = new float[700];
    try (QueryBuffer query = new QueryBuffer(space)) {
      query.set(NormalRows.vector(40, random));
      new CodeScorer().bind(one, query).scoreRange(0, 700, scores);
      new CodeScorer().bind(read, query).scoreRange(0, 700, again);
      assertArrayEquals(scores, again);
    }
  }

  @Test
  void aPrefixOfZerosScoresAsIfItWereAtARightAngle_seed22() throws InterruptedException {
    VectorSpace space = new VectorSpace(8, Metric.COSINE);
    VectorRows rows = NormalRows.draw(space, 4, new Random(22), arena);
    rows.set(1, new float[] {0, 0, 0, 0, 0, 0, 1, 2});
    PrefixRows prefixes =
        encode(new Codec.Prefix(Basis.AS_IS, List.of(3)), rows, new int[] {0, 1, 2, 3}, 1);
    try (QueryBuffer query = new QueryBuffer(space)) {
      query.set(vector(rows, 2));
      PrefixScorer scorer = new PrefixScorer().bind(prefixes, query, 3);
      assertEquals(0, scorer.score(1));
      assertEquals(1, scorer.score(2), 1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"COSINE, RABITQ_4", "DOT, PQ_8", "EUCLIDEAN, INT8", "COSINE, OPQ"})
  void codesOfPrefixesAreThoseThatTheOtherCodecMakesOfThem_seed23(Metric metric, Codecs named)
      throws InterruptedException {
    Random random = new Random(23);
    VectorSpace space = new VectorSpace(30, metric);
    VectorRows rows = NormalRows.draw(space, 300, random, arena);
    rows.set(7, scaled(30, 2)); // Its prefix is zero.
    Codec.Prefix codec = new Codec.Prefix(Basis.AS_IS, List.of(4, 10), named.codec());
    int[] all = IntStream.range(0, 300).toArray();
    ProjectedCodes codes =
        assertInstanceOf(
            ProjectedCodes.class, SegmentCodes.encode(codec, rows, all, 1, 1, arena, _ -> {}));
    VectorSpace narrow = new VectorSpace(10, metric);
    VectorRows prefixes = VectorRows.reserve(narrow, 300, arena);
    for (int row = 0; row < 300; row++) {
      float[] prefix = Arrays.copyOf(vector(rows, row), 10);
      prefix[0] = row == 7 ? 1 : prefix[0]; // Any direction will do.
      prefix[0] = row == 7 && metric != Metric.COSINE ? 0 : prefix[0];
      prefixes.set(row, prefix);
    }
    SegmentCodes expected = SegmentCodes.encode(named.codec(), prefixes, all, 1, 1, arena, _ -> {});
    assertEquals(-1, expected.stored().mismatch(codes.stored()));
    try (QueryBuffer query = new QueryBuffer(space);
        QueryBuffer ofPrefix = new QueryBuffer(narrow)) {
      for (int trial = 0; trial < 5; trial++) {
        float[] vector = NormalRows.vector(30, random);
        query.set(vector);
        ofPrefix.set(Arrays.copyOf(vector(query), 10));
        float[] scores = new float[300];
        float[] alone = new float[300];
        new CodeScorer().bind(codes, query).scoreRange(0, 300, scores);
        new CodeScorer().bind(expected, ofPrefix).scoreRange(0, 300, alone);
        assertArrayEquals(alone, scores, 1e-5f);
      }
    }
  }

  @Test
  void aQueryIsMultipliedWithTheAxesOnceAndOnlyAsFarAsIsNeeded_seed24()
      throws InterruptedException {
    VectorSpace space = new VectorSpace(32, Metric.DOT);
    VectorRows rows = NormalRows.draw(space, 50, new Random(24), arena);
    int[] all = IntStream.range(0, 50).toArray();
    PrefixRows prefixes = encode(new Codec.Prefix(Basis.PCA, List.of(4, 12, 20)), rows, all, 1);
    try (QueryBuffer query = new QueryBuffer(space)) {
      query.set(vector(rows, 1));
      new PrefixScorer().bind(prefixes, query, 4);
      assertEquals(4 * 32, query.takeMultiplyAdds());
      new PrefixScorer().bind(prefixes, query, 12);
      assertEquals(8 * 32, query.takeMultiplyAdds());
      new PrefixScorer().bind(prefixes, query, 12);
      assertEquals(0, query.takeMultiplyAdds());
      query.set(vector(rows, 2));
      new PrefixBounds().bind(prefixes, query);
      assertEquals(20 * 32, query.takeMultiplyAdds());
    }
  }

  @Test
  void impossibleWidthsCodecsAndMemoryAreRefused() throws InterruptedException {
    assertThrows(IllegalArgumentException.class, () -> new Codec.Prefix(Basis.PCA, List.of(3, 3)));
    assertThrows(IllegalArgumentException.class, () -> new Codec.Prefix(Basis.PCA, List.of(0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Codec.Prefix(Basis.PCA, IntStream.rangeClosed(1, 13).boxed().toList()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Codec.Prefix(Basis.PCA, List.of(), new Codec.Prefix(Basis.AS_IS, List.of())));
    VectorSpace space = new VectorSpace(8, Metric.DOT);
    Codec.Prefix tooWide = new Codec.Prefix(Basis.AS_IS, List.of(4, 9));
    assertThrows(IllegalArgumentException.class, () -> tooWide.widthsOf(space));
    VectorSpace longer = new VectorSpace(4000, Metric.DOT);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Codec.Prefix(Basis.PCA, List.of(1025)).widthsOf(longer));
    assertEquals(List.of(32, 64, 128, 256, 512, 1024), usual(Basis.PCA, 4000));
    assertEquals(List.of(32, 64, 128, 256, 512, 1024), usual(Basis.AS_IS, 4000));
    assertEquals(List.of(16, 32), usual(Basis.PCA, 100));
    assertEquals(List.of(32, 64, 128), usual(Basis.PCA, 384));
    assertEquals(List.of(3), usual(Basis.PCA, 3));
    VectorRows rows = NormalRows.draw(space, 20, new Random(25), arena);
    Codec.Prefix codec = new Codec.Prefix(Basis.AS_IS, List.of(2, 4));
    PrefixRows prefixes = encode(codec, rows, IntStream.range(0, 20).toArray(), 1);
    MemorySegment stored = prefixes.stored();
    Projection own = prefixes.projection();
    assertThrows(
        IllegalArgumentException.class, () -> PrefixRows.map(codec, space, own, stored, 40));
    Projection other = Projection.asIs(8, 3);
    assertThrows(
        IllegalArgumentException.class, () -> PrefixRows.map(codec, space, other, stored, 20));
    try (QueryBuffer query = new QueryBuffer(new VectorSpace(8, Metric.EUCLIDEAN))) {
      assertThrows(
          IllegalArgumentException.class, () -> new PrefixScorer().bind(prefixes, query, 2));
    }
    try (QueryBuffer query = new QueryBuffer(space)) {
      PrefixScorer scorer = new PrefixScorer().bind(prefixes, query, 4);
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(20));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.scoreRange(18, 3, new float[3]));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> scorer.score(new int[] {1, 2, 3, 20}, 4, new float[4]));
    }
  }

  @Test
  void makingThemEndsWhenToldTo_seed26() {
    VectorSpace space = new VectorSpace(12, Metric.DOT);
    VectorRows rows = NormalRows.draw(space, 900, new Random(26), arena);
    int[] all = IntStream.range(0, 900).toArray();
    for (Basis basis : Basis.values()) {
      assertThrows(
          CancellationException.class,
          () ->
              SegmentCodes.encode(
                  new Codec.Prefix(basis, List.of(4)),
                  rows,
                  all,
                  1,
                  2,
                  arena,
                  _ -> {
                    throw new CancellationException("enough");
                  }));
    }
  }

  private static List<Integer> usual(Basis basis, int dimension) {
    return new Codec.Prefix(basis, List.of()).widthsOf(new VectorSpace(dimension, Metric.DOT));
  }

  private static List<Integer> widths(String list) {
    return list.equals("0")
        ? List.of()
        : Arrays.stream(list.split(" ")).map(Integer::valueOf).toList();
  }

  private PrefixRows encode(Codec.Prefix codec, VectorRows rows, int[] sources, int threads)
      throws InterruptedException {
    return assertInstanceOf(
        PrefixRows.class, SegmentCodes.encode(codec, rows, sources, 3, threads, arena, _ -> {}));
  }

  private static float[] vector(VectorRows rows, int ordinal) {
    float[] vector = new float[rows.space().dimension()];
    MemorySegment.copy(
        rows.segment(), Points.FLOAT, rows.offset(ordinal), vector, 0, vector.length);
    return vector;
  }

  private static float[] vector(QueryBuffer query) {
    float[] vector = new float[query.space().dimension()];
    MemorySegment.copy(query.segment(), Points.FLOAT, 0, vector, 0, vector.length);
    return vector;
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  private static double squares(float[] vector) {
    return IntStream.range(0, vector.length).mapToDouble(i -> (double) vector[i] * vector[i]).sum();
  }
}
