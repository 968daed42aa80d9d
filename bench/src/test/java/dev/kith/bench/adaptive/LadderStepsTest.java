package dev.kith.bench.adaptive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.codec.Widths.Ladder;
import dev.kith.index.codec.Widths.Rung;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LadderStepsTest {
  private static final List<Integer> WIDTHS = List.of(8, 16, 32);

  @Test
  void aStepKeepsFewerRowsOrBeginsWithANarrowerRung() {
    Ladder single = new Ladder(4, List.of(new Rung(16, 100)));
    List<Ladder> steps = LadderSteps.from(single, WIDTHS, 10);
    assertTrue(steps.contains(single), steps::toString);
    assertTrue(steps.contains(new Ladder(4, List.of(new Rung(16, 85)))), steps::toString);
    assertTrue(steps.contains(new Ladder(4, List.of(new Rung(32, 50)))), steps::toString);
    Ladder longer = new Ladder(4, List.of(new Rung(8, 400), new Rung(16, 100)));
    assertTrue(steps.contains(longer), steps::toString);
    assertTrue(steps.stream().allMatch(step -> step.coarse() == 4), steps::toString);
  }

  @Test
  void noStepKeepsFewerRowsThanHitsAreWantedOrHasAThirdRung() {
    Ladder ladder = new Ladder(0, List.of(new Rung(8, 30), new Rung(16, 12)));
    for (Ladder step : LadderSteps.from(ladder, WIDTHS, 10)) {
      assertEquals(2, step.rungs().size());
      assertTrue(step.rungs().getLast().keep() >= 10, step::toString);
      assertTrue(step.rungs().getLast().keep() <= 12, step::toString);
      assertTrue(step.rungs().getLast().width() >= 16, step::toString);
      assertEquals(8, step.rungs().getFirst().width());
    }
  }
}
