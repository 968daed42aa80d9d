package dev.kith.index.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecallSampleTest {
  private static final int DIMENSION = 12;
  private static final int ALL = 10_000;

  private final List<GrowingSegment> segments = new ArrayList<>();

  @AfterEach
  void close() {
    segments.forEach(GrowingSegment::close);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void agreesWithSearchingForEveryLiveRowOneByOne(long seed) {
    Random random = new Random(seed);
    Metric metric = List.of(Metric.values()).get((int) (seed % 3));
    grow(metric, new IndexSpec.Hnsw(new HnswParams(4, 6, seed), Layout.COMPACT), 900, random);
    grow(metric, new IndexSpec.Hnsw(new HnswParams(4, 6, seed), Layout.COMPACT), 500, random);
    for (int i = 0; i < 100; i++) {
      GrowingSegment segment = segments.get(i % 2);
      segment.tombstones().kill(random.nextInt(segment.size()));
    }
    RecallSample.Result measured =
        new RecallSample(segments, new RecallSample.Spec(ALL, 5, 6, seed), () -> false)
            .measure()
            .orElseThrow();
    int live = segments.stream().mapToInt(GrowingSegment::liveCount).sum();
    assertTrue(measured.queries() > live * 0.99, measured + " of " + live);
    // The sample may leave a few rows out, when it drew them too seldom.
    double tolerance = 1 - (double) measured.queries() / live + 1e-9;
    assertEquals(oneByOne(5, 6), measured.recall(), tolerance);
    assertTrue(measured.recall() < 0.995, "too easy to tell anything: " + measured);
  }

  @Test
  void anExactIndexHasARecallOfOneAlsoAmongTwins() {
    GrowingSegment segment =
        GrowingSegment.create(new VectorSpace(DIMENSION, Metric.COSINE), new IndexSpec.Flat(), 300);
    segments.add(segment);
    for (int row = 0; row < 300; row++) {
      float[] vector = new float[DIMENSION];
      vector[row % 3] = 1 + row % 7;
      segment.append(row, MemorySegment.ofArray(vector), 0);
    }
    segment.publish();
    assertEquals(
        Optional.of(new RecallSample.Result(1, 50, 10)),
        new RecallSample(segments, new RecallSample.Spec(50, 10, 10, 1), () -> false).measure());
  }

  @Test
  void tooFewRowsAndAStopTellNothing() {
    grow(Metric.DOT, new IndexSpec.Flat(), 10, new Random(1));
    RecallSample.Spec spec = new RecallSample.Spec(50, 10, 10, 1);
    assertEquals(Optional.empty(), new RecallSample(segments, spec, () -> false).measure());
    assertEquals(Optional.empty(), new RecallSample(List.of(), spec, () -> false).measure());
    grow(Metric.DOT, new IndexSpec.Flat(), 100, new Random(2));
    assertEquals(Optional.empty(), new RecallSample(segments, spec, () -> true).measure());
    assertTrue(new RecallSample(segments, spec, () -> false).measure().isPresent());
  }

  private void grow(Metric metric, IndexSpec index, int rows, Random random) {
    GrowingSegment segment = GrowingSegment.create(new VectorSpace(DIMENSION, metric), index, rows);
    segments.add(segment);
    for (int row = 0; row < rows; row++) {
      float[] vector = new float[DIMENSION];
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      segment.append(row, MemorySegment.ofArray(vector), 0);
    }
    segment.publish();
    HnswScratch scratch = new HnswScratch();
    while (segment.linkNext(scratch)) {
      // All of them.
    }
  }

  private double oneByOne(int k, int ef) {
    PlanRunner runner = new PlanRunner();
    long found = 0;
    long queries = 0;
    try (QueryBuffer buffer = new QueryBuffer(segments.getFirst().space())) {
      for (int segment = 0; segment < segments.size(); segment++) {
        GrowingSegment reader = segments.get(segment);
        for (int row = 0; row < reader.size(); row++) {
          if (reader.tombstones().isDead(row)) {
            continue;
          }
          buffer.set(reader.rows(), row);
          String self = segment + ":" + row;
          float kth = others(runner, buffer, k, new Probe.Exact(), self).getLast();
          // As near as the k-th, up to rounding: seed 3 has two rows that share that place.
          float least = kth - 1e-5f * Math.max(1, Math.abs(kth));
          found +=
              others(runner, buffer, k, new Probe.Beam(ef), self).stream()
                  .filter(score -> score >= least)
                  .count();
          queries++;
        }
      }
    }
    return found / (double) (k * queries);
  }

  /// Scores of the best `k` rows other than the query's own.
  private List<Float> others(
      PlanRunner runner, QueryBuffer query, int k, Probe probe, String self) {
    runner.run(new SearchPlan(k + 1, probe), query, segments, () -> false);
    List<Float> scores = new ArrayList<>();
    for (int rank = 0; rank < runner.size() && scores.size() < k; rank++) {
      if (!self.equals(runner.segment(rank) + ":" + runner.ordinal(rank))) {
        scores.add(runner.score(rank));
      }
    }
    return scores;
  }
}
