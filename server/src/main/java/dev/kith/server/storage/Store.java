package dev.kith.server.storage;

import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteOptions;

/// RocksDB, with every native call behind one guard. Thread-safe; use after close throws.
///
/// The options are in [StoreOptions]. Only the journal writes; everyone may read.
public final class Store implements StoreReader, AutoCloseable {
  private final LifecycleGuard guard = new LifecycleGuard("the store");
  private final StoreOptions options;
  private final RocksDB db;
  private final List<ColumnFamilyHandle> handles;
  private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);
  private final ReadOptions readNow = new ReadOptions();
  private final WriteOptions handOver;
  private final WriteOptions force;

  /// Snapshots and cursors that are open, each with how to release it: they must go before the
  /// database does.
  private final Map<Object, Runnable> open = new ConcurrentHashMap<>();

  private Store(StoreOptions options, RocksDB db, List<ColumnFamilyHandle> handles) {
    this.options = options;
    this.db = db;
    this.handles = List.copyOf(handles);
    int next = 1; // The first is RocksDB's own, and empty.
    for (Family family : Family.values()) {
      families.put(family, handles.get(next++));
    }
    // Without setNoSlowdown a write may wait inside native code for as long as the disk is full.
    this.handOver = new WriteOptions().setSync(false).setNoSlowdown(true);
    this.force = new WriteOptions().setSync(true).setNoSlowdown(true);
  }

  /// Opens the store of a folder, creating it if it is missing.
  ///
  /// @throws IOException if RocksDB refuses: damage is named, never skipped
  public static Store open(Path folder) throws IOException {
    Files.createDirectories(folder);
    StoreOptions options = new StoreOptions();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB db = RocksDB.open(options.database(), folder.toString(), options.families(), handles);
      Store store = new Store(options, db, handles);
      store.checkFormat(folder);
      return store;
    } catch (RocksDBException failure) {
      options.close();
      throw new IOException(
          "cannot open the store in %s: %s".formatted(folder, Failures.describe(failure)), failure);
    }
  }

  private void checkFormat(Path folder) throws IOException {
    int format = MetaRecords.readFormat(this);
    if (format > DataFolder.FORMAT_VERSION) {
      close();
      throw new FormatVersionException(folder, "" + format, DataFolder.FORMAT_VERSION);
    }
    if (format == 0) {
      try (WriteSet writes = newWriteSet()) {
        MetaRecords.writeFormat(writes, DataFolder.FORMAT_VERSION);
        db.write(force, writes.batch());
      } catch (RocksDBException failure) {
        close();
        throw new IOException(
            "cannot write to the store in %s: %s".formatted(folder, Failures.describe(failure)),
            failure);
      }
    }
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    return get(null, family, key);
  }

  @Override
  public List<byte @Nullable []> multiGet(Family family, List<byte[]> keys) {
    return multiGet(null, family, keys);
  }

  @Override
  public Cursor cursor(Family family, byte[] first, byte[] end) {
    return cursor(null, family, first, end);
  }

  byte @Nullable [] get(@Nullable StoreSnapshot snapshot, Family family, byte[] key) {
    guard.enter();
    try {
      return db.get(handle(family), readOptions(snapshot), key);
    } catch (RocksDBException failure) {
      throw Failures.ofRead(failure);
    } finally {
      guard.exit();
    }
  }

  List<byte @Nullable []> multiGet(
      @Nullable StoreSnapshot snapshot, Family family, List<byte[]> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    guard.enter();
    try {
      // An array list takes the nulls of the binding's list, whose type does not tell of them.
      return new ArrayList<byte @Nullable []>(
          db.multiGetAsList(
              readOptions(snapshot), Collections.nCopies(keys.size(), handle(family)), keys));
    } catch (RocksDBException failure) {
      throw Failures.ofRead(failure);
    } finally {
      guard.exit();
    }
  }

  Cursor cursor(@Nullable StoreSnapshot snapshot, Family family, byte[] first, byte[] end) {
    return guarded(
        () -> {
          Slice bound = new Slice(end);
          ReadOptions bounded = new ReadOptions().setIterateUpperBound(bound);
          if (snapshot != null) {
            snapshot.options(); // Throws if it was closed.
            bounded.setSnapshot(snapshot.snapshot());
          }
          Cursor cursor = new Cursor(this, db.newIterator(handle(family), bounded), bounded, bound);
          open.put(cursor, cursor::release);
          cursor.seek(first);
          return cursor;
        });
  }

  /// Keeps the store as it is now readable until the snapshot is closed.
  public StoreSnapshot snapshot() {
    return guarded(
        () -> {
          @Nullable Snapshot taken = db.getSnapshot();
          if (taken == null) {
            throw new IllegalStateException("RocksDB gave no snapshot");
          }
          StoreSnapshot snapshot = new StoreSnapshot(this, taken);
          open.put(snapshot, snapshot::release);
          return snapshot;
        });
  }

  /// Starts a set of changes.
  WriteSet newWriteSet() {
    return guarded(() -> new WriteSet(this));
  }

  /// Writes a set atomically.
  ///
  /// @param forced whether to force it to the disk before returning
  /// @param gate says what to refuse with when the disk turns out to be full
  /// @throws RefusedException if it failed; see [Failures#ofWrite]
  void write(WriteSet writes, boolean forced, FreeSpaceGate gate) {
    guard.enter();
    try {
      db.write(forced ? force : handOver, writes.batch());
    } catch (RocksDBException failure) {
      throw new RefusedException(Failures.ofWrite(failure, gate));
    } finally {
      guard.exit();
    }
  }

  /// A number that RocksDB keeps about itself over all families, such as
  /// `rocksdb.background-errors`.
  public long property(String name) {
    return guarded(() -> db.getAggregatedLongProperty(name));
  }

  ColumnFamilyHandle handle(Family family) {
    return Objects.requireNonNull(families.get(family));
  }

  private ReadOptions readOptions(@Nullable StoreSnapshot snapshot) {
    return snapshot == null ? readNow : snapshot.options();
  }

  void releaseSnapshot(Snapshot snapshot) {
    db.releaseSnapshot(snapshot);
    snapshot.close();
  }

  /// Closes a snapshot or cursor unless the store did so when it closed.
  void closeTracked(Object tracked, Runnable release) {
    if (!guard.tryEnter()) {
      return;
    }
    try {
      if (open.remove(tracked) != null) {
        release.run();
      }
    } finally {
      guard.exit();
    }
  }

  /// Runs a native call that reads or prepares, under the guard.
  <T> T guarded(NativeCall<T> call) {
    guard.enter();
    try {
      return call.run();
    } catch (RocksDBException failure) {
      throw Failures.ofRead(failure);
    } finally {
      guard.exit();
    }
  }

  /// Waits for calls under way, then closes. Stop the journal first.
  @Override
  public void close() {
    guard.close(
        () -> {
          open.values().forEach(Runnable::run);
          open.clear();
          handles.forEach(ColumnFamilyHandle::close);
          try {
            db.closeE();
          } catch (RocksDBException failure) {
            System.getLogger(Store.class.getName())
                .log(System.Logger.Level.WARNING, "closing RocksDB failed", failure);
          }
          readNow.close();
          handOver.close();
          force.close();
          options.close();
        });
  }

  /// A call into native code.
  interface NativeCall<T> {
    T run() throws RocksDBException;
  }
}
