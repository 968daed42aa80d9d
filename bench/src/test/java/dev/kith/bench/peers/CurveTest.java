package dev.kith.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.peers.ContenderProcess.Searched;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CurveTest {

  static LongStream seeds() {
    Long replayed = Long.getLong("kith.seed");
    return replayed != null ? LongStream.of(replayed) : new Random().longs(50);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aSpeedWhoseLogarithmIsLinearInTheRecallIsFoundExactly(long seed) {
    Random random = new Random(seed);
    double slope = -random.nextDouble(1, 30);
    double[] recalls = ascending(random, 2 + random.nextInt(20));
    Curve curve = curve(recalls, recall -> Math.exp(9 + slope * recall));
    for (int i = 0; i < 20; i++) {
      double target = random.nextDouble(recalls[0], recalls[recalls.length - 1]);
      Reading reading = curve.at(target).orElseThrow();
      assertEquals(Math.exp(9 + slope * target), reading.qps(), 1e-6 * reading.qps());
      assertEquals(false, reading.atLeast());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void betweenTwoSettingsTheSpeedIsBetweenTheirs(long seed) {
    Random random = new Random(seed);
    double[] recalls = ascending(random, 2 + random.nextInt(20));
    Curve curve = curve(recalls, recall -> random.nextDouble(1, 1e5)); // Noise, not even falling.
    for (int i = 1; i < recalls.length; i++) {
      double target = recalls[i - 1] + random.nextDouble() * (recalls[i] - recalls[i - 1]);
      double below = curve.points().get(i - 1).qps();
      double above = curve.points().get(i).qps();
      double qps = curve.at(Math.max(target, Math.nextUp(recalls[i - 1]))).orElseThrow().qps();
      assertTrue(
          qps >= Math.min(below, above) * (1 - 1e-9) && qps <= Math.max(below, above) * (1 + 1e-9),
          () -> "%f is not between %f and %f".formatted(qps, below, above));
      assertEquals(above, curve.at(recalls[i]).orElseThrow().qps(), 1e-9 * above);
    }
  }

  @Test
  void aRecallThatEvenTheCheapestSettingExceedsHasALeastSpeed() {
    Curve curve = curve(new double[] {0.92, 0.97}, recall -> 1000 * recall);
    assertEquals(Optional.of(new Reading(curve.points().get(0).qps(), true)), curve.at(0.9));
    assertEquals(Optional.of(new Reading(curve.points().get(0).qps(), false)), curve.at(0.92));
  }

  @Test
  void aRecallThatNoSettingReachesHasNoSpeed() {
    assertEquals(Optional.empty(), curve(new double[] {0.92, 0.97}, recall -> 1).at(0.98));
    assertEquals(Optional.empty(), new Curve(List.of()).at(0.5));
  }

  @Test
  void ofSeveralLaddersTheFastestAtARecallCounts() {
    Curve cheap = curve(new double[] {0.5, 0.9}, recall -> recall == 0.5 ? 900 : 300);
    Curve thorough = curve(new double[] {0.6, 0.99}, recall -> recall == 0.6 ? 500 : 400);
    Turn turn = new Turn(List.of(cheap, thorough));
    assertEquals(cheap.at(0.6), turn.at(0.6));
    assertEquals(thorough.at(0.89), turn.at(0.89));
    assertEquals(thorough.at(0.95), turn.at(0.95));
    assertEquals(Optional.empty(), turn.at(0.995));
  }

  @Test
  void latencyIsThatOfTheQuickestSettingThatFindsAsMuch() {
    Curve curve = new Curve(List.of(point(0.8, 10, 0), point(0.92, 30, 1), point(0.95, 20, 2)));
    Turn turn = new Turn(List.of(curve));
    assertEquals(20, turn.latencyAt(0.9).orElseThrow().p50());
    assertEquals(10, turn.latencyAt(0.8).orElseThrow().p50());
    assertEquals(Optional.empty(), turn.latencyAt(0.96));
    assertEquals(OptionalInt.of(3), turn.collections());
    Curve foreign = new Curve(List.of(point(0.8, 10, null)));
    assertEquals(OptionalInt.empty(), new Turn(List.of(curve, foreign)).collections());
  }

  private static Curve.Point point(double recall, double p50, @Nullable Integer collections) {
    Searched.Latency latency = new Searched.Latency(p50, 2 * p50, 3 * p50);
    return new Curve.Point("ef=10", recall, new Searched(9, 1, latency, null, collections));
  }

  @Test
  void ratiosAreTakenTurnByTurnAndSayOnWhichSideTheTruthMayLie() {
    List<Optional<Reading>> ours = exact(200, 100, 300);
    List<Optional<Reading>> theirs = exact(100, 25, 100);
    assertEquals(Optional.of(new Figure(2, 3, 4, Figure.Bound.EXACT)), Figure.ratio(ours, theirs));
    List<Optional<Reading>> bounded = List.of(Optional.of(new Reading(50, true)));
    assertEquals(
        Optional.of(new Figure(4, 4, 4, Figure.Bound.AT_MOST)), Figure.ratio(ours, bounded));
    assertEquals(
        Optional.of(new Figure(0.5, 0.5, 0.5, Figure.Bound.AT_LEAST)),
        Figure.ratio(bounded, theirs));
    assertEquals(Optional.empty(), Figure.ratio(bounded, bounded));
    assertEquals(Optional.empty(), Figure.ratio(ours, List.of(Optional.empty())));
    assertEquals(Optional.of(new Figure(1, 2, 3, Figure.Bound.EXACT)), Figure.of(exact(3, 1)));
  }

  private static List<Optional<Reading>> exact(double... speeds) {
    return Arrays.stream(speeds).mapToObj(qps -> Optional.of(new Reading(qps, false))).toList();
  }

  private static double[] ascending(Random random, int count) {
    return random.doubles(0.5, 0.999).distinct().limit(count).sorted().toArray();
  }

  private static Curve curve(double[] recalls, java.util.function.DoubleUnaryOperator qps) {
    List<Curve.Point> points = new ArrayList<>();
    for (double recall : recalls) {
      Searched.Latency latency = new Searched.Latency(1, 2, 3);
      Searched searched = new Searched(1000, 1000 / qps.applyAsDouble(recall), latency, null, null);
      points.add(new Curve.Point("ef=" + points.size(), recall, searched));
    }
    return new Curve(points);
  }
}
