package dev.kith.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// When writes are let in.
final class FreeSpaceGateTest {
  private final AtomicLong free = new AtomicLong(1000);
  private final AtomicLong now = new AtomicLong();
  private final FreeSpaceGate gate = new FreeSpaceGate(free::get, now::get, 100, 150);

  private boolean passes(long freeBytes) {
    free.set(freeBytes);
    now.addAndGet(1_000_000_000);
    try {
      gate.check();
      return true;
    } catch (RefusedException refused) {
      assertEquals(new Refusal.DiskFull(freeBytes, 150), refused.refusal());
      return false;
    }
  }

  @Test
  void closesBelowTheFloorAndOpensOnlySomewhatAboveIt() {
    assertEquals(true, passes(100));
    assertEquals(false, passes(99));
    assertEquals(false, passes(149));
    assertEquals(true, passes(150));
    assertEquals(true, passes(100));
  }

  @Test
  void aReadingServesManyWritesUntilItIsOld() {
    assertEquals(true, passes(1000));
    free.set(0);
    gate.check();
    now.addAndGet(100_000_000);
    RefusedException refused = assertThrows(RefusedException.class, gate::check);
    assertInstanceOf(Refusal.DiskFull.class, refused.refusal());
  }

  @Test
  void aFileThatCanWaitMustLeaveTheFloorFree() {
    free.set(300);
    gate.check(200);
    RefusedException refused = assertThrows(RefusedException.class, () -> gate.check(201));
    assertEquals(new Refusal.DiskFull(300, 301), refused.refusal());
    assertEquals(true, passes(300));
  }
}
