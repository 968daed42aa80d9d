package dev.kith.server.collection;

import java.util.List;

/// Waiting for threads to end, whatever interrupts the one who waits.
final class Threads {
  private Threads() {}

  static void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
