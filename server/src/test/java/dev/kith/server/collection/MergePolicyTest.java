package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.server.collection.MergePolicy.Candidate;
import dev.kith.server.collection.MergePolicy.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MergePolicyTest {
  private static final MergePolicy POLICY = new MergePolicy(0.2);

  private static List<Candidate> sealed(long... live) {
    return Arrays.stream(live).mapToObj(rows -> new Candidate(true, true, rows, 0)).toList();
  }

  @Test
  void neighboursOfLikeSizeAreMergedAndASmallOneBesideAGiantIsNot() {
    assertEquals(Optional.of(new Run(0, 2)), POLICY.choose(sealed(100, 100), 1000));
    assertEquals(Optional.of(new Run(0, 2)), POLICY.choose(sealed(100, 34), 1000));
    assertEquals(Optional.empty(), POLICY.choose(sealed(100, 33), 1000));
    assertEquals(Optional.of(new Run(0, 3)), POLICY.choose(sealed(100, 30, 10), 1000));
    assertEquals(Optional.of(new Run(1, 3)), POLICY.choose(sealed(1000, 30, 10), 2000));
  }

  @Test
  void nothingGrowsBeyondAFullSegment() {
    assertEquals(Optional.empty(), POLICY.choose(sealed(100, 100), 199));
    assertEquals(Optional.of(new Run(1, 3)), POLICY.choose(sealed(150, 100, 99), 199));
  }

  @Test
  void nothingIsMergedAcrossASegmentInMemory() {
    List<Candidate> segments =
        List.of(
            new Candidate(true, true, 10, 0),
            new Candidate(false, true, 10, 0),
            new Candidate(true, true, 10, 0));
    assertEquals(Optional.empty(), POLICY.choose(segments, 1000));
  }

  @Test
  void aSegmentIsWornWhenTheShareOfItsDeadIsReached() {
    List<Candidate> segments =
        List.of(
            new Candidate(true, true, 81, 19),
            new Candidate(true, true, 800, 200),
            new Candidate(true, true, 80, 0));
    assertEquals(Optional.of(new Run(1, 2)), POLICY.choose(segments, 850));
    assertEquals(Optional.empty(), POLICY.choose(segments.subList(0, 1), 1000));
    assertEquals(
        Optional.of(new Run(0, 1)), POLICY.choose(List.of(new Candidate(true, true, 0, 5)), 1000));
    assertEquals(Optional.empty(), POLICY.choose(List.of(new Candidate(false, true, 0, 5)), 1000));
  }

  @Test
  void aSegmentOfAnotherPolicyIsMergedAloneOnceNothingElseIsLeft() {
    Candidate outdated = new Candidate(true, false, 900, 0);
    Candidate smaller = new Candidate(true, false, 800, 199);
    Candidate current = new Candidate(true, true, 700, 0);
    Candidate inMemory = new Candidate(false, false, 1, 0);
    assertEquals(
        Optional.of(new Run(2, 3)),
        POLICY.choose(List.of(outdated, current, smaller, inMemory), 1000));
    assertEquals(
        Optional.of(new Run(0, 1)), POLICY.choose(List.of(outdated, current, inMemory), 1000));
    assertEquals(Optional.empty(), POLICY.choose(List.of(current, inMemory), 1000));
    Candidate worn = new Candidate(true, true, 800, 200);
    assertEquals(Optional.of(new Run(1, 2)), POLICY.choose(List.of(smaller, worn), 1000));
    assertEquals(Optional.of(new Run(0, 2)), POLICY.choose(List.of(outdated, smaller), 1700));
  }

  @Test
  void aShareOutOfRangeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new MergePolicy(0));
    assertThrows(IllegalArgumentException.class, () -> new MergePolicy(1.01));
    assertThrows(IllegalArgumentException.class, () -> new MergePolicy(Double.NaN));
  }

  /// Segments of random sizes come at the end, rows die anywhere.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void segmentsStayFewAndARowIsLinkedAnewOnlyAsItsSegmentDoubles(long seed) {
    Random random = new Random(seed);
    long full = 50_000;
    List<Candidate> segments = new ArrayList<>();
    for (int step = 0; step < 2000; step++) {
      segments.add(new Candidate(true, true, 1 + random.nextInt(1 << (1 + random.nextInt(10))), 0));
      int victim = random.nextInt(segments.size());
      Candidate old = segments.get(victim);
      long dying = random.nextLong(old.live() + 1) / 4;
      segments.set(victim, new Candidate(true, true, old.live() - dying, old.dead() + dying));
      Optional<Run> run = POLICY.choose(segments, full);
      while (run.isPresent()) {
        merge(segments.subList(run.get().from(), run.get().to()), full);
        run = POLICY.choose(segments, full);
      }
      long rows = segments.stream().mapToLong(Candidate::live).sum();
      double most = 4 + 2 * Math.log(rows + 1.0) / Math.log(2) + 3.0 * rows / full;
      assertTrue(segments.size() <= most, segments.size() + " segments of " + rows + " rows");
    }
  }

  private static void merge(List<Candidate> run, long full) {
    long rows = run.stream().mapToLong(Candidate::live).sum();
    assertTrue(rows <= full || run.size() == 1);
    run.stream()
        .mapToLong(Candidate::live)
        .sorted()
        .limit(run.size() - 1L)
        .forEach(smaller -> assertTrue(rows >= 2 * smaller));
    run.clear();
    if (rows > 0) {
      run.add(new Candidate(true, true, rows, 0));
    }
  }
}
