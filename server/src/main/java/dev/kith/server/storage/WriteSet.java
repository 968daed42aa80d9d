package dev.kith.server.storage;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// Changes to the store that happen together or not at all. Owned by one thread.
public final class WriteSet implements AutoCloseable {
  private final Store store;
  private final WriteBatch batch = new WriteBatch();

  WriteSet(Store store) {
    this.store = store;
  }

  public void put(Family family, byte[] key, byte[] value) {
    change(() -> batch.put(store.handle(family), key, value));
  }

  public void delete(Family family, byte[] key) {
    change(() -> batch.delete(store.handle(family), key));
  }

  /// Deletes every key from `first` up to and without `end`.
  public void deleteRange(Family family, byte[] first, byte[] end) {
    change(() -> batch.deleteRange(store.handle(family), first, end));
  }

  boolean isEmpty() {
    return store.guarded(() -> batch.count() == 0);
  }

  WriteBatch batch() {
    return batch;
  }

  private void change(Change change) {
    store.guarded(
        () -> {
          change.run();
          return true;
        });
  }

  @Override
  public void close() {
    batch.close();
  }

  /// One change to the batch.
  private interface Change {
    void run() throws RocksDBException;
  }
}
