package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.server.collection.OptimizeHandle.Phase;
import org.junit.jupiter.api.Test;

final class RateMeterTest {
  private static final long SECOND = 1_000_000_000;

  private final RateMeter meter = new RateMeter();

  @Test
  void knowsNoRateBeforeTheSecondReading() {
    assertEquals(0, meter.perSecond(Phase.LINKING));
    meter.at(0, Phase.LINKING, 50);
    assertEquals(0, meter.perSecond(Phase.LINKING));
    meter.at(2 * SECOND, Phase.LINKING, 250);
    assertEquals(100, meter.perSecond(Phase.LINKING));
    assertEquals(0, meter.perSecond(Phase.SEALING));
  }

  @Test
  void forgetsWhatIsOlderThanTenSeconds() {
    meter.at(0, Phase.LINKING, 0);
    meter.at(10 * SECOND, Phase.LINKING, 1_000);
    assertEquals(100, meter.perSecond(Phase.LINKING));
    meter.at(11 * SECOND, Phase.LINKING, 1_007);
    assertEquals(7, meter.perSecond(Phase.LINKING));
  }

  @Test
  void startsAfreshWithAnotherPhaseOrASmallerCount() {
    meter.at(0, Phase.LINKING, 0);
    meter.at(SECOND, Phase.LINKING, 500);
    meter.at(2 * SECOND, Phase.SEALING, 510);
    assertEquals(0, meter.perSecond(Phase.SEALING));
    meter.at(3 * SECOND, Phase.SEALING, 520);
    assertEquals(10, meter.perSecond(Phase.SEALING));
    meter.at(4 * SECOND, Phase.SEALING, 5);
    assertEquals(0, meter.perSecond(Phase.SEALING));
  }

  @Test
  void keepsABoundedNumberOfReadings() {
    for (int i = 0; i <= 1_000; i++) {
      meter.at(i * SECOND / 1_000, Phase.LINKING, i);
    }
    assertEquals(1_000, meter.perSecond(Phase.LINKING), 1e-6);
  }
}
