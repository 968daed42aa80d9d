package dev.kith.server.collection;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.kith.index.CorruptFileException;
import dev.kith.index.build.SealedSegment;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Brings a collection back from the store and its segment files.
///
/// Sealed segments are verified, opened where the settings want them, and told of their dead rows;
/// every row that no file covers is read from the store into growing segments, whose tails answer
/// exactly until they are linked. A file that is damaged or missing is set aside and its rows are
/// read from the store likewise.
final class CollectionOpener {
  private static final System.Logger LOG = System.getLogger(CollectionOpener.class.getName());
  private static final int PUBLISH_EVERY = 4096;

  private final CollectionContext context;
  private final Store store;
  private final SpecHolder spec;
  private final Instant created;
  private final List<Manifest.Entry> lost = new ArrayList<>();

  private CollectionOpener(CollectionContext context, CollectionRecord record) {
    this.context = context;
    this.store = context.engine().store();
    this.created = record.created();
    byte[] choice = store.get(Family.META, Keys.meta(Keys.CHOICE, context.number()));
    this.spec =
        new SpecHolder(
            new Definition(record.spec(), Optional.ofNullable(choice).map(ChoiceRecord::decode)));
  }

  /// Opens a collection. One that was just created has nothing to bring back.
  ///
  /// @throws DataLossException if a file covers writes that the journal does not have
  /// @throws dev.kith.server.refusal.RefusedException with `DataLoss` if a record is damaged
  static OpenedCollection open(Engine engine, int number, CollectionRecord record)
      throws IOException {
    CollectionContext context = new CollectionContext(engine, number, record.spec().space());
    return new CollectionOpener(context, record).open();
  }

  private OpenedCollection open() throws IOException {
    byte[] storedState = store.get(Family.META, Keys.meta(Keys.STATE, context.number()));
    byte[] storedManifest = store.get(Family.META, Keys.meta(Keys.MANIFEST, context.number()));
    StateRecord state = storedState == null ? StateRecord.EMPTY : StateRecord.decode(storedState);
    Manifest manifest = storedManifest == null ? Manifest.EMPTY : Manifest.decode(storedManifest);
    Segments segments =
        new Segments(
            spec,
            context.engine().linkers(),
            store::snapshot,
            Math.max(manifest.nextNumber(), tidy(manifest)));
    try {
      long end = mapSealed(manifest, segments);
      replay(segments, end, state.nextRow() - 1);
      return assemble(state, manifest.minus(lost), segments);
    } catch (IOException | RuntimeException failure) {
      segments.close(false);
      throw failure;
    }
  }

  private OpenedCollection assemble(StateRecord state, Manifest manifest, Segments segments) {
    IngestSessions sessions = new IngestSessions(context.number(), storedSessions());
    ManifestHolder holder = new ManifestHolder(manifest);
    CollectionWriter writer = new CollectionWriter(context, segments, sessions, holder, state);
    SegmentPublisher publisher = new SegmentPublisher(context, writer, segments, holder);
    MergeQueue merges = new MergeQueue(context, spec, segments, publisher);
    Definer definer = new Definer(context, created, spec, writer, segments);
    RelevanceModels models = new RelevanceModels(context, spec, writer, storedModels());
    AutoPilot pilot = new AutoPilot(context, spec, writer, segments, definer);
    SealQueue seals = new SealQueue(context, spec, writer, segments, publisher, merges, pilot);
    segments.mergeWith(merges::consider, merges::noteDeath);
    definer.onChange(
        () -> {
          seals.resumeUnlessDeferred();
          merges.consider();
        });
    writer.afterEachGroup(pilot::consider);
    segments.publish(state.lsn(), state.nextRow() - 1);
    segments.sealWith(seals::add);
    context.engine().renewal().add(segments); // From here on it is the committer's.
    merges.consider();
    pilot.consider();
    return new OpenedCollection(
        context, spec, writer, segments, sessions, seals, definer, models, lost.size());
  }

  /// Removes files that nothing refers to, and returns a number above those of all that were there.
  private long tidy(Manifest manifest) throws IOException {
    long journal = context.engine().journal().lastLsn();
    long next = 1;
    for (Path file : context.files().list()) {
      OptionalLong number = SegmentFiles.number(file);
      if (number.isPresent()) {
        next = Math.max(next, number.getAsLong() + 1);
      }
      boolean referenced =
          manifest.segments().stream()
              .anyMatch(entry -> number.equals(OptionalLong.of(entry.number())));
      if (referenced || SegmentFiles.isSetAside(file)) {
        continue;
      }
      if (number.isPresent()) {
        requireNotAhead(file, journal);
      }
      LOG.log(INFO, "removing {0}, which was never published", file);
      SegmentFiles.remove(file);
    }
    return next;
  }

  /// The journal is forced before a file is written, so no whole file can be ahead of it.
  private void requireNotAhead(Path file, long journal) throws IOException {
    long lsn;
    try (SealedSegment segment = SealedSegment.open(file, context.space())) {
      lsn = segment.lsn();
    } catch (CorruptFileException incomplete) {
      return;
    }
    if (lsn > journal) {
      throw DataLossException.of(file.toString(), lsn, journal);
    }
  }

  /// Maps the files of the manifest, rebuilding between and instead of them, and returns the first
  /// row after them.
  private long mapSealed(Manifest manifest, Segments segments) throws IOException {
    long row = 0;
    for (Manifest.Entry entry : manifest.segments()) {
      replay(segments, row, entry.firstRow() - 1);
      segments.roll(entry.firstRow() - 1);
      if (!map(entry, segments)) {
        lost.add(entry);
        replay(segments, entry.firstRow(), entry.lastRow());
        segments.roll(entry.lastRow());
      }
      row = entry.lastRow() + 1;
    }
    return row;
  }

  private boolean map(Manifest.Entry entry, Segments segments) throws IOException {
    long journal = context.engine().journal().lastLsn();
    Path file = context.files().file(entry.number());
    if (entry.lsn() > journal) {
      throw DataLossException.of(file.toString(), entry.lsn(), journal);
    }
    SealedSegment segment;
    try {
      segment = context.openSegment(file);
    } catch (IOException damaged) {
      setAside(file, damaged.toString());
      return false;
    }
    if (segment.lsn() != entry.lsn() || segment.size() != entry.rows()) {
      String found = "LSN %d and %d rows".formatted(segment.lsn(), segment.size());
      segment.close();
      setAside(
          file,
          "the manifest has LSN %d and %d rows, the file %s"
              .formatted(entry.lsn(), entry.rows(), found));
      return false;
    }
    SealedHold hold = new SealedHold(entry, file, segment);
    killDead(hold);
    segments.addSealed(hold);
    return true;
  }

  private static void setAside(Path file, String why) throws IOException {
    LOG.log(WARNING, "segment file {0} is set aside and rebuilt from the store: {1}", file, why);
    SegmentFiles.setAside(file);
  }

  private void killDead(SealedHold hold) {
    byte[] first = Keys.row(context.number(), hold.firstRow());
    byte[] end = Keys.row(context.number(), hold.lastRow() + 1);
    try (Cursor cursor = store.cursor(Family.TOMBSTONES, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        int ordinal = hold.ordinalOf(Keys.rowOf(cursor.key()));
        if (ordinal >= 0) {
          hold.reader().tombstones().kill(ordinal);
        }
      }
    } catch (RuntimeException failure) {
      hold.release();
      throw failure;
    }
  }

  /// Reads the live rows of a range into growing segments.
  private void replay(Segments segments, long firstRow, long lastRow) {
    if (lastRow < firstRow) {
      return;
    }
    byte[] first = Keys.row(context.number(), firstRow);
    byte[] end = Keys.row(context.number(), lastRow + 1);
    long count = 0;
    try (Cursor cursor = store.cursor(Family.ROWS, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        RowRecord row = RowRecord.decode(cursor.value(), context.space().dimension());
        segments.append(Keys.rowOf(cursor.key()), row.bytes(), row.vectorOffset());
        if (++count % PUBLISH_EVERY == 0) {
          segments.flush(); // So that the linkers need not wait for the rest.
        }
      }
    }
    segments.flush();
    if (count > 0) {
      LOG.log(
          INFO,
          "collection {0}: read rows {1} to {2} from the store, {3} of them live",
          spec.get().name(),
          firstRow,
          lastRow,
          count);
    }
  }

  private Map<String, SessionRecord> storedSessions() {
    Map<String, SessionRecord> sessions = new HashMap<>();
    byte[] first = Keys.meta(Keys.SESSION, context.number());
    byte[] end = Keys.meta(Keys.SESSION, context.number() + 1);
    try (Cursor cursor = store.cursor(Family.META, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        sessions.put(Keys.nameOf(cursor.key()), SessionRecord.decode(cursor.value()));
      }
    }
    return sessions;
  }

  private RelevanceModels.Shelf storedModels() {
    NavigableMap<String, KeptModel> models = new TreeMap<>();
    byte[] first = Keys.meta(Keys.RELEVANCE_MODEL, context.number());
    byte[] end = Keys.meta(Keys.RELEVANCE_MODEL, context.number() + 1);
    try (Cursor cursor = store.cursor(Family.META, first, end)) {
      for (; cursor.isValid(); cursor.next()) {
        String name = Keys.nameOf(cursor.key());
        models.put(name, KeptModelRecord.decode(name, cursor.value(), context.space()));
      }
    }
    byte[] rest = store.get(Family.META, Keys.meta(Keys.RELEVANCE, context.number()));
    return new RelevanceModels.Shelf(
        models, rest == null ? RelevanceRecord.EMPTY : RelevanceRecord.decode(rest));
  }
}
