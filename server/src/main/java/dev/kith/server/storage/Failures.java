package dev.kith.server.storage;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// Says what a failure of RocksDB means to the caller.
final class Failures {
  private static final Duration STALL_RETRY = Duration.ofSeconds(1);

  private Failures() {}

  /// A stalled or full store refuses and goes on; any other failed write fences it, because what
  /// reached the disk is then unknown.
  static Refusal ofWrite(RocksDBException failure, FreeSpaceGate gate) {
    @Nullable Status status = failure.getStatus();
    if (status == null) {
      return new Refusal.StoreFenced("write failed: " + failure.getMessage());
    }
    return switch (status.getCode()) {
      case Incomplete, Busy, TryAgain, TimedOut -> new Refusal.Overloaded(STALL_RETRY);
      case Corruption -> new Refusal.DataLoss("The store is damaged: " + describe(failure));
      case IOError ->
          status.getSubCode() == Status.SubCode.NoSpace
              ? gate.full()
              : new Refusal.StoreFenced("write failed: " + describe(failure));
      default -> new Refusal.StoreFenced("write failed: " + describe(failure));
    };
  }

  static RuntimeException ofRead(RocksDBException failure) {
    @Nullable Status status = failure.getStatus();
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return new RefusedException(
          new Refusal.DataLoss("The store is damaged: " + describe(failure)));
    }
    return new UncheckedIOException(new IOException("read failed: " + describe(failure), failure));
  }

  static String describe(RocksDBException failure) {
    @Nullable Status status = failure.getStatus();
    return status == null
        ? String.valueOf(failure.getMessage())
        : "%s/%s: %s".formatted(status.getCode(), status.getSubCode(), failure.getMessage());
  }
}
