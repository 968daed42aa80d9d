package dev.kith.index.store;

import java.util.concurrent.atomic.AtomicBoolean;

/// A borrowed version of a resource, which stays open until the lease is closed.
///
/// May be closed by another thread than the one that acquired it, and more than once.
public final class Lease<R extends Resource> implements AutoCloseable {
  private final Version<R> version;
  private final AtomicBoolean closed = new AtomicBoolean();

  Lease(Version<R> version) {
    this.version = version;
  }

  /// The borrowed resource, not to be used after [#close()].
  ///
  /// @throws IllegalStateException after [#close()]
  public R get() {
    if (closed.get()) {
      throw new IllegalStateException("used after its lease was closed");
    }
    return version.resource;
  }

  /// Gives the resource back. Later calls do nothing.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      version.release();
    }
  }
}
