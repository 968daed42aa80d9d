package dev.kith.server.storage;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// Refuses writes before the disk is full, so that RocksDB never meets a full one.
///
/// Closes when free space falls below a floor and opens again only somewhat above it, so that a
/// disk at the floor does not make writes fail and succeed by turns. Thread-safe.
public final class FreeSpaceGate {
  /// Largest floor chosen by default.
  public static final long MAX_DEFAULT_FLOOR = 2L << 30;

  private static final int DEFAULT_FLOOR_PERCENT = 5;
  private static final int HYSTERESIS_PERCENT = 2;

  /// A reading is good for this long: one costs a system call, a write may come every microsecond.
  private static final long READING_NANOS = 100_000_000;

  private final LongSupplier freeBytes;
  private final LongSupplier nanoTime;
  private final long floor;
  private final long reopening;
  private boolean closed;
  private long free;
  private long readAt;
  private boolean read;

  /// @param freeBytes reads the free space
  /// @param nanoTime reads the time
  /// @param floor free bytes below which writes are refused
  /// @param reopening free bytes from which they are taken again, at least `floor`
  FreeSpaceGate(LongSupplier freeBytes, LongSupplier nanoTime, long floor, long reopening) {
    if (floor < 0 || reopening < floor) {
      throw new IllegalArgumentException(
          "floor and reopening must ascend from 0, got %d and %d".formatted(floor, reopening));
    }
    this.freeBytes = freeBytes;
    this.nanoTime = nanoTime;
    this.floor = floor;
    this.reopening = reopening;
  }

  /// Watches the disk of a folder.
  ///
  /// @param setting the floor in bytes; if empty, 5 % of the disk and at most 2 GiB
  public static FreeSpaceGate of(Path folder, OptionalLong setting) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    long total = disk.getTotalSpace();
    long floor = setting.orElse(Math.min(MAX_DEFAULT_FLOOR, total / 100 * DEFAULT_FLOOR_PERCENT));
    long step = Math.min(total / 100 * HYSTERESIS_PERCENT, floor / 2);
    return new FreeSpaceGate(
        () -> {
          try {
            return disk.getUsableSpace();
          } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the free space of " + folder, failure);
          }
        },
        System::nanoTime,
        floor,
        floor + step);
  }

  /// Lets a file be written that can wait.
  ///
  /// @param bytes that it will take; there must be room for them above the floor
  /// @throws RefusedException with [Refusal.DiskFull] if there is not
  public synchronized void check(long bytes) {
    check();
    long now = freeBytes.getAsLong();
    if (now - bytes < floor) {
      throw new RefusedException(new Refusal.DiskFull(now, floor + bytes));
    }
  }

  /// Lets a write pass.
  ///
  /// @throws RefusedException with [Refusal.DiskFull] while the gate is closed
  public synchronized void check() {
    long now = nanoTime.getAsLong();
    if (!read || now - readAt >= READING_NANOS) {
      free = freeBytes.getAsLong();
      readAt = now;
      read = true;
      closed = free < (closed ? reopening : floor);
    }
    if (closed) {
      throw new RefusedException(new Refusal.DiskFull(free, reopening));
    }
  }

  /// Refuses on account of a disk that RocksDB found full.
  synchronized Refusal.DiskFull full() {
    read = false;
    return new Refusal.DiskFull(freeBytes.getAsLong(), reopening);
  }
}
