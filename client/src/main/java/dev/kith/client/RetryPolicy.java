package dev.kith.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How often and when a call is repeated. Every call of this client is safe to repeat.
///
/// @param attempts calls in all, at least 1
/// @param firstDelay before the second attempt; doubles with each further one
/// @param maxDelay longest wait between two attempts
public record RetryPolicy(int attempts, Duration firstDelay, Duration maxDelay) {
  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1, got " + attempts);
    }
    if (firstDelay.isNegative() || maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "delays must satisfy 0 <= first <= max, got %s and %s".formatted(firstDelay, maxDelay));
    }
  }

  /// Eight attempts within about fifteen seconds.
  public static RetryPolicy standard() {
    return new RetryPolicy(8, Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  /// No second attempt.
  public static RetryPolicy none() {
    return new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
  }

  /// The wait after the n-th failed attempt, n from 1: between half and all of the doubled delay,
  /// so that clients that failed together do not come back together.
  Duration delayAfter(int failures) {
    long nanos = firstDelay.toNanos();
    for (int i = 1; i < failures && nanos < maxDelay.toNanos(); i++) {
      nanos *= 2;
    }
    nanos = Math.min(nanos, maxDelay.toNanos());
    return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
  }
}
