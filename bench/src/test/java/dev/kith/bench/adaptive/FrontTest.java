package dev.kith.bench.adaptive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Widths;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrontTest {
  private final GrowingSegment segment =
      GrowingSegment.create(new VectorSpace(1, Metric.DOT), new IndexSpec.Flat(), 1);
  private final Contender contender = new Contender("any", segment);

  @AfterEach
  void close() {
    segment.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void onTheFrontAreThoseThatNoneBeats(long seed) {
    Random random = new Random(seed);
    List<Measured> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          measured(i + 1, random.nextInt(20), random.nextInt(20), 0)); // Coarse: ties are common.
    }
    List<Measured> front = Front.of(all, Measured::products, Measured::recall);
    for (Measured each : all) {
      boolean beaten =
          all.stream()
              .anyMatch(
                  other ->
                      other.products() <= each.products()
                          && other.recall() >= each.recall()
                          && (other.products() < each.products()
                              || other.recall() > each.recall()));
      boolean hasTwin =
          front.stream()
              .anyMatch(
                  other -> other.products() == each.products() && other.recall() == each.recall());
      assertEquals(!beaten, hasTwin, each::toString);
    }
    for (int i = 1; i < front.size(); i++) {
      assertTrue(front.get(i).products() > front.get(i - 1).products());
      assertTrue(front.get(i).recall() > front.get(i - 1).recall());
    }
  }

  @Test
  void savingsAreOfTheCheapestThatFindsAtLeastAsMuch() {
    List<Measured> rigid =
        List.of(measured(1, .9, 50, 5), measured(2, .97, 100, 10), measured(3, 1, 200, 20));
    List<Measured> adaptive =
        List.of(measured(4, .96, 1, 1), measured(5, .97, 25, 5), measured(6, .98, 50, 4));
    List<Savings> savings = Savings.of(rigid, adaptive, .97);
    assertEquals(2, savings.size());
    assertEquals(4, savings.getFirst().fewerProducts().orElseThrow());
    assertEquals(2.5, savings.getFirst().lessTime().orElseThrow());
    assertTrue(savings.getLast().fewerProducts().isEmpty());
    assertTrue(savings.getLast().byMicros().isEmpty());
  }

  private Measured measured(int nprobe, double recall, double products, double micros) {
    Setting setting = new Setting(contender, 10, nprobe, new Widths.Full());
    return new Measured(setting, recall, null, products, micros);
  }
}
