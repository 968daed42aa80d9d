package dev.kith.bench.peers.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Hears what a library logs while it chooses how to compare vectors: nothing else tells for sure
/// which SIMD it uses. Open it before the library's first class is used.
public final class SimdLog extends Handler implements AutoCloseable {

  // Held here because loggers that nobody holds are forgotten, and their listeners with them.
  private final Logger logger;
  private final List<String> heard = new ArrayList<>();

  private SimdLog(Logger logger) {
    this.logger = logger;
  }

  /// Listens to a logger of `java.util.logging` and those below it.
  public static SimdLog open(String name) {
    SimdLog log = new SimdLog(Logger.getLogger(name));
    log.logger.addHandler(log);
    return log;
  }

  /// What was said so far, in one line.
  public synchronized String heard() {
    return heard.isEmpty() ? "says nothing of SIMD" : String.join(" ", heard);
  }

  @Override
  public synchronized void publish(LogRecord entry) {
    heard.add(String.valueOf(entry.getMessage()));
  }

  @Override
  public void flush() {
    // Nothing is held back.
  }

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
