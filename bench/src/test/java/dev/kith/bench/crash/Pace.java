package dev.kith.bench.crash;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Lets time pass: where a load breathes and when a blow falls is part of the experiment, never a
/// way of waiting for something.
final class Pace {
  private Pace() {}

  static void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  static void pauseMillis(long millis) {
    pause(Duration.ofMillis(millis));
  }
}
