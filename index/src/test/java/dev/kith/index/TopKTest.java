package dev.kith.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TopKTest {

  private record Candidate(int ordinal, float score) {}

  // The scores are coarse on purpose, so that ties, the interesting case, are common.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void keepsWhatSortingEverythingWouldKeep(long seed) {
    Random random = new Random(seed);
    TopK topK = new TopK(1);
    for (int round = 0; round < 20; round++) {
      int k = 1 + random.nextInt(300);
      topK.reset(k);
      List<Candidate> all = new ArrayList<>();
      int count = random.nextInt(1000);
      for (int i = 0; i < count; i++) {
        Candidate candidate = new Candidate(random.nextInt(500), random.nextInt(-20, 20) / 4f);
        all.add(candidate);
        topK.offer(candidate.ordinal(), candidate.score());
      }
      all.sort(
          Comparator.comparingDouble((Candidate c) -> -c.score())
              .thenComparingInt(Candidate::ordinal));
      List<Candidate> expected = all.subList(0, Math.min(k, all.size()));
      assertEquals(
          expected.size() == k ? expected.getLast().score() : Float.NEGATIVE_INFINITY,
          topK.floor());
      assertEquals(expected, drained(topK));
    }
  }

  @Test
  void offerSaysWhetherTheCandidateWasKept() {
    TopK topK = new TopK(2);
    assertTrue(topK.offer(5, 1));
    assertTrue(topK.offer(6, 2));
    assertFalse(topK.offer(7, 1), "a tie with a larger ordinal");
    assertTrue(topK.offer(4, 1), "a tie with a smaller ordinal");
    assertFalse(topK.offer(8, 0.5f));
    assertEquals(List.of(new Candidate(6, 2), new Candidate(4, 1)), drained(topK));
  }

  @Test
  void drainingEmptiesIt() {
    TopK topK = new TopK(3);
    topK.offer(1, 1);
    assertEquals(1, topK.drainTo(new int[1], new float[1]));
    assertEquals(0, topK.size());
    assertEquals(0, topK.drainTo(new int[0], new float[0]));
  }

  @Test
  void ordersEveryFloatAsArithmeticDoes() {
    float[] ascending = {
      Float.NEGATIVE_INFINITY,
      -Float.MAX_VALUE,
      -1,
      -Float.MIN_NORMAL,
      -Float.MIN_VALUE,
      0,
      Float.MIN_VALUE,
      Float.MIN_NORMAL,
      1,
      Float.MAX_VALUE,
      Float.POSITIVE_INFINITY
    };
    TopK topK = new TopK(ascending.length);
    for (int i = 0; i < ascending.length; i++) {
      topK.offer(i, ascending[i]);
    }
    int[] ordinals = new int[ascending.length];
    topK.drainTo(ordinals, new float[ascending.length]);
    assertArrayEquals(new int[] {10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, ordinals);
  }

  @Test
  void notANumberComesLastAndNegativeZeroTiesWithZero() {
    TopK topK = new TopK(4);
    topK.offer(0, Float.NaN);
    topK.offer(1, -Float.MAX_VALUE);
    topK.offer(3, 0f);
    topK.offer(2, -0f);
    assertEquals(
        List.of(
            new Candidate(2, 0f),
            new Candidate(3, 0f),
            new Candidate(1, -Float.MAX_VALUE),
            new Candidate(0, Float.NEGATIVE_INFINITY)),
        drained(topK));
  }

  @Test
  void theLargestKIsKeptInFullAndOneMoreIsRefused() {
    TopK topK = new TopK(TopK.MAX_K);
    for (int i = 0; i < TopK.MAX_K + 10; i++) {
      topK.offer(i, i);
    }
    assertEquals(TopK.MAX_K, topK.size());
    assertEquals(10, topK.floor());
    assertThrows(IllegalArgumentException.class, () -> topK.reset(TopK.MAX_K + 1));
    assertThrows(IllegalArgumentException.class, () -> new TopK(0));
  }

  @Test
  void arraysThatAreTooShortAreRefusedAndNothingIsLost() {
    TopK topK = new TopK(2);
    topK.offer(1, 1);
    topK.offer(2, 2);
    assertThrows(IllegalArgumentException.class, () -> topK.drainTo(new int[1], new float[2]));
    assertEquals(2, topK.size());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void withoutScoresTheSameOrdinalsAreDrainedInWhateverOrder(long seed) {
    Random random = new Random(seed);
    TopK topK = new TopK(1);
    TopK same = new TopK(1);
    for (int round = 0; round < 50; round++) {
      int k = 1 + random.nextInt(200);
      topK.reset(k);
      same.reset(k);
      int count = random.nextInt(400);
      for (int i = 0; i < count; i++) {
        float score = random.nextInt(-20, 20) / 4f;
        topK.offer(i, score);
        same.offer(i, score);
      }
      int[] ordinals = new int[topK.size() + 3];
      assertEquals(same.size(), topK.drainTo(ordinals));
      assertEquals(0, topK.size());
      assertEquals(Float.NEGATIVE_INFINITY, topK.floor());
      assertEquals(
          drained(same).stream().map(Candidate::ordinal).sorted().toList(),
          Arrays.stream(ordinals).limit(ordinals.length - 3L).sorted().boxed().toList());
    }
  }

  @Test
  void anArrayThatIsTooShortIsRefusedAndNothingIsLost() {
    TopK topK = new TopK(2);
    topK.offer(1, 1);
    topK.offer(2, 2);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> topK.drainTo(new int[1]));
    assertEquals("room for 2 hits needed, got 1 ordinals", refused.getMessage());
    assertEquals(List.of(new Candidate(2, 2), new Candidate(1, 1)), drained(topK));
    assertEquals(0, topK.drainTo(new int[0]));
  }

  private static List<Candidate> drained(TopK topK) {
    int[] ordinals = new int[topK.size()];
    float[] scores = new float[topK.size()];
    List<Candidate> candidates = new ArrayList<>();
    int count = topK.drainTo(ordinals, scores);
    for (int i = 0; i < count; i++) {
      candidates.add(new Candidate(ordinals[i], scores[i]));
    }
    return candidates;
  }
}
