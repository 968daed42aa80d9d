package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ConcurrentGraphTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.EUCLIDEAN);
  private static final HnswParams PARAMS = new HnswParams(8, 60, 3);
  private static final int COUNT = 6000;

  @Test
  void manyWritersBuildAsGoodAGraphAsOneWhileSearchesRun() throws Exception {
    float[][] vectors = HnswGraphTest.clustered(COUNT, 40, 0.5, 1);
    double alone;
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS).linkAll()) {
      alone = fixture.recall(60, 40);
    }
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS)) {
      AtomicInteger next = new AtomicInteger();
      AtomicInteger writing = new AtomicInteger(4);
      List<Callable<Integer>> work = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        work.add(
            () -> {
              HnswScratch scratch = new HnswScratch();
              try {
                for (int i = next.getAndIncrement(); i < COUNT; i = next.getAndIncrement()) {
                  fixture.graph.link(i, scratch);
                }
              } finally {
                writing.decrementAndGet();
              }
              return 0;
            });
      }
      for (int reader = 0; reader < 2; reader++) {
        int first = reader;
        work.add(
            () -> {
              HnswScratch scratch = new HnswScratch();
              int searches = 0;
              for (int i = first; writing.get() > 0; i = (i + 7) % COUNT) {
                for (int hit : fixture.search(i, 10, 40, scratch)) {
                  assertTrue(hit >= 0 && hit < COUNT);
                }
                searches++;
              }
              return searches;
            });
      }
      runAll(work);
      fixture.assertClean();
      double together = fixture.recall(60, 40);
      assertTrue(together >= alone - 0.01, "alone %f, together %f".formatted(alone, together));
    }
  }

  // Copies contend for one chain, near-copies for the same few lists.
  @Test
  void manyWritersOfCopiesAndNearCopiesLoseNobody() throws Exception {
    float[][] vectors = HnswGraphTest.clustered(COUNT / 2, 3, 1e-4, 2);
    for (int i = 0; i < vectors.length; i += 3) {
      vectors[i] = vectors[i % 30].clone();
    }
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, new HnswParams(4, 40, 1))) {
      AtomicInteger next = new AtomicInteger();
      List<Callable<Integer>> work = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        work.add(
            () -> {
              HnswScratch scratch = new HnswScratch();
              int linked = 0;
              for (int i = next.getAndIncrement(); i < vectors.length; i = next.getAndIncrement()) {
                fixture.graph.link(i, scratch);
                linked++;
              }
              return linked;
            });
      }
      int linked = runAll(work);
      assertEquals(vectors.length, linked);
      fixture.assertClean();
    }
  }

  @Test
  void whatDiedBeforeASearchStartedIsNeverReturnedWhileWritersRun() throws Exception {
    float[][] vectors = HnswGraphTest.clustered(COUNT, 40, 0.5, 3);
    try (GraphFixture fixture = new GraphFixture(SPACE, vectors, PARAMS)) {
      AtomicInteger next = new AtomicInteger();
      AtomicInteger killed = new AtomicInteger();
      AtomicInteger writing = new AtomicInteger(2);
      List<Callable<Integer>> work = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        work.add(
            () -> {
              HnswScratch scratch = new HnswScratch();
              try {
                for (int i = next.getAndIncrement(); i < COUNT; i = next.getAndIncrement()) {
                  fixture.graph.link(i, scratch);
                  if (i >= 1000 && i % 2 == 0) {
                    fixture.dead.kill(i - 1000);
                    killed.accumulateAndGet(i - 1000, Math::max);
                  }
                }
              } finally {
                writing.decrementAndGet();
              }
              return 0;
            });
      }
      work.add(
          () -> {
            HnswScratch scratch = new HnswScratch();
            boolean[] dead = new boolean[COUNT];
            for (int i = 0; writing.get() > 0; i = (i + 11) % COUNT) {
              for (int j = 0; j < COUNT; j++) {
                dead[j] = fixture.dead.isDead(j);
              }
              for (int hit : fixture.search(i, 10, 40, scratch)) {
                assertTrue(!dead[hit], hit + " was dead before");
              }
            }
            return 0;
          });
      runAll(work);
      assertTrue(killed.get() > 0);
      fixture.assertClean();
    }
  }

  private static int runAll(List<Callable<Integer>> work) throws Exception {
    int sum = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      for (Future<Integer> done : threads.invokeAll(work)) {
        sum += done.get();
      }
    }
    return sum;
  }
}
