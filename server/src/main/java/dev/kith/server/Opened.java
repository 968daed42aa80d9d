package dev.kith.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was opened, to be closed in the reverse order whatever fails.
final class Opened {
  private static final Logger LOG = LoggerFactory.getLogger(Opened.class);

  /// A part and its name for the log.
  private record Part(String name, AutoCloseable resource) {}

  private final Deque<Part> parts = new ArrayDeque<>();

  /// Remembers a part and returns it.
  <T extends AutoCloseable> T add(String name, T resource) {
    parts.push(new Part(name, resource));
    return resource;
  }

  /// Closes all parts, the last one first. A part that fails is logged; the others still close.
  @SuppressWarnings("CatchingUnchecked") // Nothing may keep the rest open.
  void closeAll() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.resource().close();
      } catch (Exception failure) {
        LOG.error("could not close {}", part.name(), failure);
      }
    }
  }
}
