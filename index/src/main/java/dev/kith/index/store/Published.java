package dev.kith.index.store;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Hands out the newest version of a resource and closes each older one after its last reader.
/// Thread-safe.
///
/// Readers never wait: [#acquire()] retries only when it loses a race with [#publish].
public final class Published<R extends Resource> implements Resource {

  /*
   * Every version carries a count of its holders. The publisher is a holder itself, so the newest
   * version can never reach zero, and a version that has reached zero can never be revived: a reader
   * that arrives late sees the zero, gives up on that version and reads the reference again.
   *
   * Closing replaces the reference by null, so that a reader who gave up on a version knows whether
   * there is another to try.
   */

  private final AtomicReference<@Nullable Version<R>> newest;

  /// Publishes `first`, which is closed with this or after a later version replaced it.
  public Published(R first) {
    this.newest = new AtomicReference<>(new Version<>(first));
  }

  /// Borrows the newest version until the lease is closed.
  ///
  /// @throws IllegalStateException after [#close()]
  public Lease<R> acquire() {
    while (true) {
      Version<R> version = newest.get();
      if (version == null) {
        throw new IllegalStateException("acquired after close");
      }
      if (version.tryRetain()) {
        return new Lease<>(version);
      }
    }
  }

  /// Makes `next` the newest version. The one before it closes once its leases have.
  ///
  /// @throws IllegalStateException after [#close()]; `next` is closed then
  public void publish(R next) {
    Version<R> version = new Version<>(next);
    while (true) {
      Version<R> previous = newest.get();
      if (previous == null) {
        next.close();
        throw new IllegalStateException("published after close");
      }
      if (newest.compareAndSet(previous, version)) {
        previous.release();
        return;
      }
    }
  }

  /// Gives up the newest version: it closes once its leases have. Later calls do nothing.
  @Override
  public void close() {
    Version<R> last = newest.getAndSet(null);
    if (last != null) {
      last.release();
    }
  }
}
