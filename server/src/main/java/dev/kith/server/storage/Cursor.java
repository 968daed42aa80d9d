package dev.kith.server.storage;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// Walks the keys of one range in order. Owned by one thread; closed by whoever asked for it, or by
/// the store when it closes first.
public final class Cursor implements AutoCloseable {
  private final Store store;
  private final RocksIterator iterator;
  private final ReadOptions options;
  private final Slice end;
  private boolean closed;

  Cursor(Store store, RocksIterator iterator, ReadOptions options, Slice end) {
    this.store = store;
    this.iterator = iterator;
    this.options = options;
    this.end = end;
  }

  /// Goes to the first key at or after `key`.
  public void seek(byte[] key) {
    store.guarded(
        () -> {
          requireOpen();
          iterator.seek(key);
          return true;
        });
  }

  /// Whether there is a key here.
  ///
  /// Tells the end from a failure: a damaged block throws instead of looking like the end.
  public boolean isValid() {
    return store.guarded(
        () -> {
          requireOpen();
          if (iterator.isValid()) {
            return true;
          }
          iterator.status();
          return false;
        });
  }

  public byte[] key() {
    return store.guarded(
        () -> {
          requireOpen();
          return iterator.key();
        });
  }

  public byte[] value() {
    return store.guarded(
        () -> {
          requireOpen();
          byte[] value = iterator.value();
          // A blob that cannot be read shows as a status, not as an exception.
          iterator.status();
          return value;
        });
  }

  /// Steps to the next key.
  public void next() {
    store.guarded(
        () -> {
          requireOpen();
          iterator.next();
          return true;
        });
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("a cursor was used after it was closed");
    }
  }

  /// Gives the native handles back; only under the guard of the store.
  synchronized void release() {
    if (!closed) {
      closed = true;
      iterator.close();
      options.close();
      end.close();
    }
  }

  @Override
  public void close() {
    store.closeTracked(this, this::release);
  }
}
