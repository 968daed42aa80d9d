package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HnswGraphTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.EUCLIDEAN);
  private static final HnswParams PARAMS = new HnswParams(8, 50, 3);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 10})
  void theSmallestGraphsAreWhole(int count) {
    float[][] vectors = clustered(Math.max(1, count), 2, 0.5, 1);
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS)) {
      assertEquals(0, fixture.search(0, 10, 10, fixture.scratch).length);
      for (int i = 0; i < count; i++) {
        fixture.graph.link(i, fixture.scratch);
      }
      assertEquals(List.of(), fixture.graph.verify(count));
      assertEquals(count, fixture.search(0, 10, 10, fixture.scratch).length);
    }
  }

  // The smallest m leaves the heuristic least room; tight clusters make it drop most links.
  @ParameterizedTest
  @CsvSource({"2, 0.5", "2, 0.001", "4, 0.01", "8, 0.5", "8, 0.001", "16, 0.0001"})
  void everyNodeStaysReachableHoweverClusteredTheDataIs(int m, double spread) {
    float[][] vectors = clustered(2500, 25, spread, 2);
    try (GraphFixture fixture =
        new GraphFixture(SPACE, vectors, new HnswParams(m, 40, 1)).linkAll()) {
      fixture.assertClean();
    }
  }

  @Test
  void aNarrowBeamFindsAlmostAllOfTheTrueNearest() {
    try (GraphFixture fixture =
        new GraphFixture(SPACE, clustered(5000, 50, 0.5, 3), new HnswParams(12, 100, 3))
            .linkAll()) {
      double recall = fixture.recall(60, 50);
      assertTrue(recall >= 0.98, "recall " + recall);
      fixture.assertClean();
    }
  }

  @Test
  void aThousandCopiesAreAllFoundAndDoNotSealOffTheRest() {
    float[][] vectors = clustered(3000, 10, 0.5, 4);
    Random random = new Random(5);
    boolean[] copy = new boolean[3000];
    for (int i = 1; i < 3000; i++) {
      if (random.nextInt(3) == 0) {
        vectors[i] = vectors[0].clone();
        copy[i] = true;
      }
    }
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS).linkAll()) {
      fixture.assertClean();
      // A query beside the copies is surrounded by them; it must see past them.
      double recall = 0;
      int queries = 0;
      for (int query = 1; query < 3000; query += 20) {
        if (!copy[query]) {
          int[] truth = fixture.nearest(query, 10, i -> !copy[i]);
          int[] hits = fixture.search(query, 10, 60, fixture.scratch);
          recall += overlap(truth, hits) / (double) truth.length;
          queries++;
        }
      }
      assertTrue(recall / queries >= 0.95, "recall " + recall / queries);
      int[] copies = fixture.search(0, 900, 900, fixture.scratch);
      assertEquals(900, copies.length);
      for (int hit : copies) {
        assertTrue(hit == 0 || copy[hit], hit + " is no copy");
      }
    }
  }

  @Test
  void nothingButCopiesIsAGraphToo() {
    float[][] vectors = new float[500][];
    Arrays.fill(vectors, clustered(1, 1, 1, 6)[0]);
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS).linkAll()) {
      fixture.assertClean();
      assertEquals(500, fixture.search(3, 500, 500, fixture.scratch).length);
      for (int i = 0; i < 500; i += 2) {
        fixture.dead.kill(i);
      }
      assertEquals(250, fixture.search(3, 500, 500, fixture.scratch).length);
      fixture.assertClean();
    }
  }

  @Test
  void aPointOverwrittenWithTheSameVectorLeavesNoTrailOfTheDead() {
    float[][] vectors = clustered(2000, 4, 0.5, 7);
    for (int i = 1000; i < 2000; i++) {
      vectors[i] = vectors[10].clone();
    }
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS)) {
      for (int i = 0; i < 2000; i++) {
        fixture.graph.link(i, fixture.scratch);
        if (i >= 1000) {
          fixture.dead.kill(i == 1000 ? 10 : i - 1);
        }
      }
      SearchWork work = new SearchWork();
      TopK best = new TopK(1);
      fixture.graph.search(
          new F32Scorer().bind(fixture.rows, 10),
          fixture.rows.space().metric(),
          10,
          fixture.dead.alive(),
          best,
          fixture.scratch,
          work);
      int[] hit = new int[1];
      best.drainTo(hit, new float[1]);
      assertEquals(1999, hit[0]);
      assertTrue(work.nodesVisited < 200, work.toString());
      fixture.assertClean();
    }
  }

  @Test
  void pointsOverwrittenOverAndOverAreFoundWhereTheyAreNow() {
    int points = 400;
    float[][] vectors = clustered(4000, 10, 0.5, 8);
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS)) {
      for (int i = 0; i < 4000; i++) {
        fixture.graph.link(i, fixture.scratch);
        if (i >= points) {
          fixture.dead.kill(i - points);
        }
      }
      fixture.assertClean();
      for (int i = 4000 - points; i < 4000; i += 3) {
        assertEquals(i, fixture.search(i, 1, 40, fixture.scratch)[0]);
      }
      double recall = fixture.recall(60, 40);
      assertTrue(recall >= 0.98, "recall " + recall);
    }
  }

  @Test
  void theSameSeedAndInputOnOneThreadGiveTheSameLinks() {
    float[][] vectors = clustered(1500, 10, 0.3, 9);
    int[][] first = links(vectors, 11);
    assertArrayEquals(first, links(vectors, 11));
    assertTrue(!Arrays.deepEquals(first, links(vectors, 12)));
  }

  private static int[][] links(float[][] vectors, long seed) {
    try (GraphFixture fixture =
        new GraphFixture(SPACE, vectors, new HnswParams(8, 50, seed)).linkAll()) {
      int[][] links = new int[vectors.length][];
      int[] neighbours = new int[17];
      for (int node = 0; node < vectors.length; node++) {
        int degree = fixture.graph.links().neighbours(0, node, neighbours);
        neighbours[degree] = fixture.graph.links().level(node);
        links[node] = Arrays.copyOf(neighbours, degree + 1);
      }
      return links;
    }
  }

  private static int overlap(int[] truth, int[] hits) {
    return (int)
        Arrays.stream(truth).filter(t -> Arrays.stream(hits).anyMatch(hit -> hit == t)).count();
  }

  static float[][] clustered(int count, int clusters, double spread, long seed) {
    Random random = new Random(seed);
    float[][] centres = new float[clusters][SPACE.dimension()];
    for (float[] centre : centres) {
      for (int i = 0; i < centre.length; i++) {
        centre[i] = (float) random.nextGaussian();
      }
    }
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = centres[random.nextInt(clusters)].clone();
      for (int j = 0; j < vectors[i].length; j++) {
        vectors[i][j] += (float) (spread * random.nextGaussian());
      }
    }
    return vectors;
  }
}
