package dev.kith.server.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/// The store as it was at one moment. Close it soon: what it sees cannot be compacted away.
public final class StoreSnapshot implements StoreReader, AutoCloseable {
  private final Store store;
  private final Snapshot snapshot;
  private final ReadOptions options;
  private boolean closed;

  StoreSnapshot(Store store, Snapshot snapshot) {
    this.store = store;
    this.snapshot = snapshot;
    this.options = new ReadOptions().setSnapshot(snapshot);
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    return store.get(this, family, key);
  }

  @Override
  public List<byte @Nullable []> multiGet(Family family, List<byte[]> keys) {
    return store.multiGet(this, family, keys);
  }

  @Override
  public Cursor cursor(Family family, byte[] first, byte[] end) {
    return store.cursor(this, family, first, end);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  /// Only under the guard of the store.
  synchronized ReadOptions options() {
    if (closed) {
      throw new IllegalStateException("a snapshot was used after it was closed");
    }
    return options;
  }

  /// Gives the native handles back; only under the guard of the store.
  synchronized void release() {
    if (!closed) {
      closed = true;
      options.close();
      store.releaseSnapshot(snapshot);
    }
  }

  /// Closes; must not race a read of the same snapshot.
  @Override
  public void close() {
    store.closeTracked(this, this::release);
  }
}
