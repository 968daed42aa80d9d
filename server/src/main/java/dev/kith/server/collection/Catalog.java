package dev.kith.server.collection;

import dev.kith.index.CorruptFileException;
import dev.kith.server.bulk.IndexFolder;
import dev.kith.server.bulk.IndexManifest;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.DataFolder;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.FreeSpaceGate;
import dev.kith.server.storage.Journal;
import dev.kith.server.storage.JournalLimits;
import dev.kith.server.storage.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All collections of a data folder. Thread-safe.
///
/// Owns everything below: the folder's lock, the store, the journal and the threads that link,
/// seal, merge and try indexes.
public final class Catalog implements AutoCloseable {
  private final Engine engine;
  private final NavigableMap<String, Collection> collections = new ConcurrentSkipListMap<>();

  /// Held while collections come and go.
  private final ReentrantLock changing = new ReentrantLock();

  /// Names of collections that are being attached.
  private final Set<String> attaching = new HashSet<>();

  private int nextNumber = 1;
  private boolean closed;

  private Catalog(Engine engine) {
    this.engine = engine;
  }

  /// Opens a data folder, creating it if it is missing, and brings back its collections.
  ///
  /// @throws dev.kith.server.storage.FolderInUseException if another process has it
  /// @throws dev.kith.server.storage.FormatVersionException if it is of a newer format
  /// @throws DataLossException if the store is older than the files derived from it
  /// @throws IOException if the store cannot be opened
  /// @throws RefusedException with `DataLoss` if a stored record is damaged
  public static Catalog open(EngineConfig config) throws IOException {
    return open(config, Trial.measured());
  }

  /// As above, with indexes tried in another way.
  static Catalog open(EngineConfig config, Trial trial) throws IOException {
    DataFolder folder = DataFolder.open(config.dataDirectory());
    @Nullable Store store = null;
    Engine engine;
    try {
      store = Store.open(folder.store());
      FreeSpaceGate gate = FreeSpaceGate.of(folder.path(), config.minFreeBytes());
      Journal journal = Journal.start(store, gate, JournalLimits.DEFAULT);
      engine =
          new Engine(
              config,
              folder,
              store,
              journal,
              new LinkerPool(config.linkThreads()),
              new Sealer(),
              new Merger(),
              new TrialRunner(trial),
              gate,
              new SnapshotRenewal());
    } catch (IOException | RuntimeException failure) {
      if (store != null) {
        store.close();
      }
      folder.close();
      throw failure;
    }
    Catalog catalog = new Catalog(engine);
    try {
      catalog.openAll();
      return catalog;
    } catch (IOException | RuntimeException failure) {
      catalog.close();
      throw failure;
    }
  }

  private void openAll() throws IOException {
    byte[] next = engine.store().get(Family.META, Keys.nextNumber());
    if (next != null) {
      nextNumber = Records.open("next collection number", next, 4).getInt();
    }
    Attachment.eraseRemains(engine);
    byte[] first = Keys.meta(Keys.COLLECTION, 0);
    byte[] end = {Keys.COLLECTION + 1};
    try (Cursor cursor = engine.store().cursor(Family.META, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        CollectionRecord record = CollectionRecord.decode(cursor.value());
        open(Keys.collectionOf(cursor.key()), record);
      }
    }
    tidyFolders();
  }

  private Collection open(int number, CollectionRecord record) throws IOException {
    OpenedCollection opened = CollectionOpener.open(engine, number, record);
    Collection collection = new Collection(opened, record.created());
    collections.put(record.spec().name(), collection);
    return collection;
  }

  /// Removes what deleted collections left behind.
  private void tidyFolders() throws IOException {
    List<Integer> known =
        collections.values().stream().map(collection -> collection.info().number()).toList();
    List<Path> folders;
    try (Stream<Path> all = Files.list(engine.folder().segments())) {
      folders = all.toList();
    }
    for (Path folder : folders) {
      OptionalInt number = number(folder);
      if (number.isEmpty() || known.contains(number.getAsInt())) {
        continue;
      }
      if (number.getAsInt() >= nextNumber) {
        throw DataLossException.ofUnknownCollection(folder.toString());
      }
      new SegmentFiles(engine.folder(), number.getAsInt()).list().forEach(SegmentFiles::remove);
      Files.deleteIfExists(folder);
    }
  }

  private static OptionalInt number(Path folder) {
    String name = String.valueOf(folder.getFileName());
    return name.matches("[0-9]{1,9}")
        ? OptionalInt.of(Integer.parseInt(name))
        : OptionalInt.empty();
  }

  /// Creates a collection. If one exists with the same definition, returns that.
  ///
  /// @throws RefusedException with `CollectionExists` if one exists with another definition, or if
  ///   the store takes no writes
  public Collection create(CollectionSpec spec) {
    changing.lock();
    try {
      Collection existing = collections.get(spec.name());
      if (existing != null) {
        if (existing.info().spec().fulfils(spec)) {
          return existing;
        }
        throw new RefusedException(new Refusal.CollectionExists(spec.name()));
      }
      requireOpen();
      requireNotAttaching(spec.name());
      int number = nextNumber;
      Instant created = engine.config().clock().instant().truncatedTo(ChronoUnit.MILLIS);
      CollectionRecord record = new CollectionRecord(spec, created);
      OpenedCollection opened = CollectionOpener.open(engine, number, record);
      Change change =
          new Change(
              opened.writer(),
              Durability.DISK,
              true,
              1024,
              (lsn, writes) -> {
                writes.put(Family.META, Keys.meta(Keys.COLLECTION, number), record.encode());
                byte[] next = Records.start(4).putInt(number + 1).array();
                writes.put(Family.META, Keys.nextNumber(), next);
                return new Change.Outcome(lsn, 0);
              });
      engine.journal().submit(change);
      Waiting.on(change.done());
      nextNumber = number + 1;
      Collection collection = new Collection(opened, created);
      collections.put(spec.name(), collection);
      return collection;
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot create collection " + spec.name(), failure);
    } finally {
      changing.unlock();
    }
  }

  private void requireNotAttaching(String name) {
    if (attaching.contains(name)) {
      throw new RefusedException(new Refusal.CollectionExists(name));
    }
  }

  /// Makes a collection of an index folder, linking nothing again; all of it or nothing.
  ///
  /// @param folderName name of a folder in the one of the settings; checked by the caller
  /// @param stop polled; once true, the attempt is undone and ends with a `CancellationException`
  /// @throws RefusedException with `AttachOff` if the settings name no folder,
  ///   `IndexFolderUnusable` if the folder is missing, damaged or contradicts itself,
  ///   `CollectionExists` if the name is taken
  public Collection attach(
      String name, String folderName, AttachProgress progress, BooleanSupplier stop) {
    Path parent =
        engine
            .config()
            .attachFolder()
            .orElseThrow(() -> new RefusedException(new Refusal.AttachOff()));
    try {
      IndexFolder folder = IndexFolder.open(parent.resolve(CollectionSpec.requireName(folderName)));
      IndexManifest manifest = folder.manifest();
      CollectionSpec spec =
          new CollectionSpec(
              name,
              manifest.space(),
              manifest.index(),
              CollectionSpec.DEFAULT_EF,
              manifest.segmentPoints());
      return attach(spec, folder, progress, stop);
    } catch (CorruptFileException damaged) {
      throw unusable(
          folderName,
          "%s is damaged: expected %s, found %s"
              .formatted(damaged.file().getFileName(), damaged.expected(), damaged.found()));
    } catch (NoSuchFileException missing) {
      throw unusable(
          folderName, "there is no " + Path.of(missing.getFile()).getFileName() + " on the server");
    } catch (IOException failure) {
      throw unusable(folderName, String.valueOf(failure.getMessage()));
    }
  }

  private static RefusedException unusable(String folder, String problem) {
    return new RefusedException(new Refusal.IndexFolderUnusable(folder, problem));
  }

  private Collection attach(
      CollectionSpec spec, IndexFolder folder, AttachProgress progress, BooleanSupplier stop)
      throws IOException {
    Instant created = engine.config().clock().instant().truncatedTo(ChronoUnit.MILLIS);
    CollectionRecord record = new CollectionRecord(spec, created);
    int number = reserve(spec.name());
    try {
      new Attachment(engine, number, record, folder, progress, stop).run();
      changing.lock();
      try {
        requireOpen(); // If not, the collection is there at the next start.
        return open(number, record);
      } finally {
        changing.unlock();
      }
    } finally {
      attached(spec.name());
    }
  }

  private void attached(String name) {
    changing.lock();
    try {
      attaching.remove(name);
    } finally {
      changing.unlock();
    }
  }

  private int reserve(String name) {
    changing.lock();
    try {
      requireOpen();
      requireNotAttaching(name);
      if (collections.containsKey(name)) {
        throw new RefusedException(new Refusal.CollectionExists(name));
      }
      int number = nextNumber;
      Attachment.reserve(engine, number);
      nextNumber = number + 1;
      attaching.add(name);
      return number;
    } finally {
      changing.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new RefusedException(new Refusal.NotServing("stopping"));
    }
  }

  /// The collection of a name.
  ///
  /// @throws RefusedException with `CollectionNotFound` if there is none
  public Collection collection(String name) {
    return find(name).orElseThrow(() -> new RefusedException(new Refusal.CollectionNotFound(name)));
  }

  /// The collection of a name, if there is one.
  public Optional<Collection> find(String name) {
    return Optional.ofNullable(collections.get(name));
  }

  /// A page of the collections, in the order of their names.
  ///
  /// @param after name after which the page begins; empty for the first page
  /// @param limit most collections to return, at least 1
  public List<Collection> list(String after, int limit) {
    Map<String, Collection> rest =
        after.isEmpty() ? collections : collections.tailMap(after, false);
    return rest.values().stream().limit(limit).toList();
  }

  /// Changes what may change of a collection while it lives: all but its name and its space.
  ///
  /// Another size of segments holds from the next growing one on; once indexing is not deferred any
  /// more, what has waited is linked and sealed. Another index is what new segments get; those that
  /// are there go on as they are and are rebuilt in the background. What stays the same costs
  /// nothing.
  ///
  /// @param change makes the new definition of the present one
  /// @throws RefusedException with `CollectionNotFound` if there is none of that name
  /// @throws IllegalArgumentException if the name or the space would change
  public Collection update(String name, UnaryOperator<CollectionSpec> change) {
    changing.lock();
    try {
      Collection collection = collection(name);
      collection.update(change);
      return collection;
    } finally {
      changing.unlock();
    }
  }

  /// Deletes a collection with all its points. Searches under way finish; their segments go after
  /// them.
  ///
  /// @return whether there was one of that name
  /// @throws RefusedException if the store takes no writes
  public boolean delete(String name) {
    changing.lock();
    try {
      Collection collection = collections.get(name);
      if (collection == null) {
        return false;
      }
      collection.drop();
      collections.remove(name);
      return true;
    } finally {
      changing.unlock();
    }
  }

  /// LSN of the last write of any kind.
  public long lsn() {
    return engine.journal().lastLsn();
  }

  /// A number that the store keeps about itself, such as `rocksdb.background-errors`.
  public long storeProperty(String name) {
    return engine.store().property(name);
  }

  /// Why writes are refused until the folder is opened again, if they are.
  public Optional<Refusal> fence() {
    return engine.journal().fence();
  }

  /// What merging has done since start.
  public MergeStats mergeStats() {
    return engine.merger().stats();
  }

  /// How the store is doing.
  ///
  /// @throws IllegalStateException if the catalog is closed
  public StoreStats stats() {
    return new StoreStats(
        lsn(),
        engine.journal().groups(),
        engine.store().property("rocksdb.background-errors"),
        engine.store().property("rocksdb.is-write-stopped") > 0,
        fence().isPresent());
  }

  /// Writes what waits, stops all threads and lets go of the folder. Later calls do nothing.
  @Override
  public void close() throws IOException {
    changing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      // Intake first, then those who work for it, then what they work on.
      engine.journal().close();
      engine.sealer().close();
      engine.trials().close();
      engine.merger().close();
      engine.linkers().close();
      collections.values().forEach(Collection::close);
      engine.store().close();
      engine.folder().close();
    } finally {
      changing.unlock();
    }
  }
}
