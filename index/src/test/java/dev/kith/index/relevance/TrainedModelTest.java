package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TrainedModelTest {
  private static final int DIMENSION = 9;

  @Test
  void whatIsStoredIsReadAgainAndSaysTheSameToTheLastBit_seed1() {
    Random random = new Random(1);
    for (TrainedModel trained : all(random)) {
      TrainedModel read = TrainedModel.decode(trained.encode());
      assertEquals(trained, read);
      assertArrayEquals(trained.encode(), read.encode());
      float[] query = Judged.vector(random, DIMENSION);
      float[] scores = Judged.descending(random, 30, 0.3);
      float[] before = new float[30];
      float[] after = new float[30];
      trained.model().relevances(query, scores, 30, before);
      read.model().relevances(query, scores, 30, after);
      assertArrayEquals(before, after);
      trained
          .likeness()
          .ifPresent(
              likeness ->
                  assertEquals(
                      likeness.strangeness(query, 0.3f),
                      read.likeness().orElseThrow().strangeness(query, 0.3f)));
      trained
          .profile()
          .ifPresent(
              profile ->
                  assertEquals(
                      profile.distance(query), read.profile().orElseThrow().distance(query)));
    }
  }

  @Test
  void noDamagedByteIsReadAsAModel_seed2() {
    for (TrainedModel trained : all(new Random(2))) {
      byte[] stored = trained.encode();
      for (int at = 0; at < stored.length; at++) {
        byte[] damaged = stored.clone();
        damaged[at] ^= (byte) (1 << at % 8);
        assertThrows(IllegalArgumentException.class, () -> TrainedModel.decode(damaged));
        byte[] cut = Arrays.copyOf(stored, at);
        assertThrows(IllegalArgumentException.class, () -> TrainedModel.decode(cut));
      }
      byte[] longer = Arrays.copyOf(stored, stored.length + 4);
      assertThrows(IllegalArgumentException.class, () -> TrainedModel.decode(longer));
    }
  }

  @Test
  void aDamagedModelSaysWhatWasExpectedAndFound() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> TrainedModel.decode(new byte[20]));
    assertEquals(
        "a model of relevance is damaged: expected the magic number KREL, found 20 bytes of"
            + " something else",
        refused.getMessage());
  }

  private static List<TrainedModel> all(Random random) {
    List<TrainedModel> all = new ArrayList<>();
    Thresholds thresholds =
        new Thresholds(70, new float[] {0.1f, 0.4f, 0.9f}, new double[] {0, 0.2, 0.7});
    List<JudgedList> lists = Judged.byQuery(random.nextLong(), 30, 10, DIMENSION);
    OutlierProfile profile =
        new OutlierProfile(
            DIMENSION,
            Judged.descending(random, DIMENSION * (DIMENSION + 1) / 2, 1),
            Judged.descending(random, 2 * DIMENSION, 1),
            new float[] {1, 2, 3});
    QueryLikeness likeness =
        new QueryLikeness(
            profile,
            new QueryLikeness.Sign(3, 0.5f),
            new QueryLikeness.Sign(0.6f, 0.1f),
            new float[] {-1, 0, 2});
    for (RelevanceModel model : RelevanceModelTest.models(random)) {
      Metric metric = model instanceof RawScore(Metric of) ? of : Metric.COSINE;
      boolean isBare = random.nextBoolean();
      all.add(
          new TrainedModel(
              model,
              100,
              DIMENSION,
              metric,
              isBare ? Thresholds.NONE : thresholds,
              isBare ? Optional.empty() : Optional.of(Baselines.fit(metric, lists, () -> {})),
              isBare ? Optional.empty() : Optional.of(likeness),
              isBare ? Optional.empty() : Optional.of(profile)));
    }
    return all;
  }
}
