package dev.kith.server.collection;

import dev.kith.index.VectorSpace;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Lease;
import dev.kith.index.store.VectorRows;
import dev.kith.server.collection.CollectionWriter.Progress;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.StoreSnapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// Checks everything that a collection promises about itself, at one moment.
///
/// The moment is taken on the committer thread, between two groups: a snapshot of the store, a
/// lease on the segments and a copy of who is dead in them. The rest is read at leisure.
final class Verification {
  private static final int MAX_VIOLATIONS = 1000;

  private final CollectionContext context;
  private final CollectionWriter writer;
  private final Segments segments;
  private final List<String> violations = new ArrayList<>();

  Verification(CollectionContext context, CollectionWriter writer, Segments segments) {
    this.context = context;
    this.writer = writer;
    this.segments = segments;
  }

  /// A segment as it was at the moment.
  ///
  /// @param held the segment
  /// @param live its live rows
  private record Seen(HeldSegment held, BitSet live) {}

  /// The moment.
  private record Moment(Lease<SegmentSet> lease, List<Seen> segments, Progress progress)
      implements AutoCloseable {
    StoreSnapshot store() {
      return lease.get().store();
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  /// Returns every violation, at most 1,000.
  List<String> run() {
    try (Moment moment = moment()) {
      checkPoints(moment);
      checkRows(moment);
      checkOrphans(moment, Family.PAYLOADS, true);
      checkOrphans(moment, Family.TOMBSTONES, false);
      checkState(moment);
      checkSegments(moment);
    }
    return List.copyOf(violations);
  }

  private Moment moment() {
    AtomicReference<Moment> taken = new AtomicReference<>();
    Change change =
        new Change(
            writer,
            Durability.OS,
            false,
            0,
            (lsn, writes) -> {
              writer.requireAlive();
              writer.afterwards(() -> taken.set(take()));
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    Waiting.on(change.done());
    return taken.get();
  }

  private Moment take() {
    Lease<SegmentSet> lease = segments.acquire();
    List<Seen> seen = new ArrayList<>();
    for (HeldSegment held : lease.get().segments()) {
      SegmentReader reader = held.reader();
      BitSet live = new BitSet(reader.size());
      for (int ordinal = 0; ordinal < reader.size(); ordinal++) {
        live.set(ordinal, !reader.tombstones().isDead(ordinal));
      }
      seen.add(new Seen(held, live));
    }
    return new Moment(lease, seen, writer.progress());
  }

  /// Every point names a row, which names the point.
  private void checkPoints(Moment moment) {
    long points = 0;
    try (Cursor cursor = walk(moment, Family.POINTS)) {
      for (; cursor.isValid(); cursor.next()) {
        points++;
        PointId id = Keys.pointOf(cursor.key());
        PointRecord place = PointRecord.decode(cursor.value());
        byte[] value = moment.store().get(Family.ROWS, Keys.row(context.number(), place.row()));
        if (value == null) {
          violation("point %s names row %d, which does not exist", id, place.row());
          continue;
        }
        RowRecord row = decode(value);
        if (!Arrays.equals(row.idKey(), id.toKey()) || row.version() != place.version()) {
          violation(
              "point %s of version %d names row %d, which is version %d of point %s",
              id, place.version(), place.row(), row.version(), PointId.fromKey(row.idKey()));
        }
      }
    }
    if (points != moment.progress().points()) {
      violation("the count says %d points, the store has %d", moment.progress().points(), points);
    }
  }

  /// Every row is its point's newest, and is live in exactly one segment with its vector.
  private void checkRows(Moment moment) {
    VectorSpace space = context.space();
    long rows = 0;
    try (Arena arena = Arena.ofConfined();
        Cursor cursor = walk(moment, Family.ROWS)) {
      VectorRows expected = VectorRows.reserve(space, 1, arena);
      for (; cursor.isValid(); cursor.next()) {
        rows++;
        long label = Keys.rowOf(cursor.key());
        RowRecord row = decode(cursor.value());
        byte[] point = moment.store().get(Family.POINTS, Keys.point(context.number(), row.idKey()));
        if (point == null || PointRecord.decode(point).row() != label) {
          violation(
              "row %d is a version of point %s, which names %s",
              label,
              PointId.fromKey(row.idKey()),
              point == null ? "nothing" : "row " + PointRecord.decode(point).row());
        }
        expected.set(0, row.bytes(), row.vectorOffset());
        checkIndexed(moment, label, expected);
      }
    }
    long live = moment.segments().stream().mapToLong(seen -> seen.live().cardinality()).sum();
    if (live != rows) {
      violation("segments hold %d live rows, the store has %d", live, rows);
    }
  }

  private void checkIndexed(Moment moment, long label, VectorRows expected) {
    int found = 0;
    for (Seen seen : moment.segments()) {
      int ordinal = seen.held().ordinalOf(label);
      if (ordinal < 0 || !seen.live().get(ordinal)) {
        continue;
      }
      found++;
      if (label < seen.held().firstRow() || label > seen.held().lastRow()) {
        violation("row %d lies outside the range of segment %d", label, seen.held().number());
      }
      VectorRows actual = seen.held().reader().rows();
      long bytes = (long) context.space().dimension() * Float.BYTES;
      long at =
          MemorySegment.mismatch(
              expected.segment(),
              expected.offset(0),
              expected.offset(0) + bytes,
              actual.segment(),
              actual.offset(ordinal),
              actual.offset(ordinal) + bytes);
      if (at >= 0) {
        violation(
            "row %d has another vector in segment %d, from coordinate %d on",
            label, seen.held().number(), at / Float.BYTES);
      }
    }
    if (found != 1) {
      violation("row %d is live in %d segments, expected 1", label, found);
    }
  }

  /// Payloads belong to rows that exist, tombstones to rows that do not.
  private void checkOrphans(Moment moment, Family family, boolean rowExists) {
    try (Cursor cursor = walk(moment, family)) {
      for (; cursor.isValid(); cursor.next()) {
        byte[] row = moment.store().get(Family.ROWS, cursor.key());
        if ((row != null) != rowExists) {
          violation(
              "%s has an entry for row %d, which %s",
              family, Keys.rowOf(cursor.key()), rowExists ? "does not exist" : "exists");
        }
      }
    }
  }

  private void checkState(Moment moment) {
    byte[] stored = moment.store().get(Family.META, Keys.meta(Keys.STATE, context.number()));
    StateRecord state = stored == null ? StateRecord.EMPTY : StateRecord.decode(stored);
    Progress progress = moment.progress();
    if (state.points() != progress.points() || state.lsn() != progress.lsn()) {
      violation(
          "the stored state has %d points at LSN %d, memory %d points at LSN %d",
          state.points(), state.lsn(), progress.points(), progress.lsn());
    }
  }

  private void checkSegments(Moment moment) {
    for (Seen seen : moment.segments()) {
      List<String> found =
          switch (seen.held()) {
            case SealedHold sealed -> sealed.reader().verify();
            case GrowingHold growing -> verifyQuiet(growing);
          };
      for (String violation : found) {
        violation("segment %d: %s", seen.held().number(), violation);
      }
    }
  }

  /// The graph of a growing segment can be judged only while nobody links, so what was found while
  /// somebody did does not count.
  private static List<String> verifyQuiet(GrowingHold growing) {
    int linked = growing.segment().linked();
    if (linked < growing.segment().appended()) {
      return List.of();
    }
    List<String> found = growing.segment().verify();
    return growing.segment().appended() == linked ? found : List.of();
  }

  private Cursor walk(Moment moment, Family family) {
    return moment.store().cursor(family, Keys.first(context.number()), Keys.end(context.number()));
  }

  private RowRecord decode(byte[] value) {
    return RowRecord.decode(value, context.space().dimension());
  }

  @SuppressWarnings("AnnotateFormatMethod") // Its annotation is not among our dependencies.
  private void violation(String format, Object... values) {
    if (violations.size() < MAX_VIOLATIONS) {
      violations.add(format.formatted(values));
    }
  }
}
