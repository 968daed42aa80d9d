package dev.kith.server.collection;

import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Lease;
import dev.kith.server.storage.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A collection as one search sees it: exactly the writes up to [#lsn()], each point once, in its
/// newest version of that moment, however long the search takes and whatever is written meanwhile.
///
/// Keeps segments and old versions from being freed; close it when the hits are resolved.
/// Thread-safe, but for closing.
public final class SearchSnapshot implements AutoCloseable {

  /// No row has this label.
  public static final long NO_ROW = -1;

  private final Lease<SegmentSet> lease;
  private final DeathLog.Since deaths;
  private final int collection;
  private final int dimension;

  SearchSnapshot(CollectionContext context, Lease<SegmentSet> lease) {
    this.lease = lease;
    this.deaths = new DeathLog.Since(lease.get().horizon().deaths());
    this.collection = context.number();
    this.dimension = context.space().dimension();
  }

  /// The segments, oldest rows first.
  public List<SegmentReader> segments() {
    return views(null);
  }

  /// The segments, with only those rows for searches to return that `returned` accepts.
  ///
  /// @param returned asked by label for rows that would be returned without it
  public List<SegmentReader> segments(LongPredicate returned) {
    return views(returned);
  }

  private List<SegmentReader> views(@Nullable LongPredicate returned) {
    Horizon horizon = lease.get().horizon();
    return lease.get().segments().stream()
        .<SegmentReader>map(held -> new SegmentView(held.reader(), horizon, deaths, returned))
        .toList();
  }

  /// Number within the collection, as statistics give it, of a segment.
  ///
  /// @param position place of the segment in [#segments()]
  public long number(int position) {
    return lease.get().segments().get(position).number();
  }

  /// Rows that no graph has yet, so that a search scores all of them.
  public long unlinked() {
    return lease.get().segments().stream()
        .mapToLong(held -> held instanceof GrowingHold growing ? growing.unlinked() : 0)
        .sum();
  }

  /// LSN of the last write that is seen.
  public long lsn() {
    return lease.get().horizon().lsn();
  }

  /// The points that hits are versions of.
  ///
  /// @param labels labels of hits, as [SegmentReader#label] gives them
  /// @return as many points, in their order; null only for a label that was no hit
  public List<@Nullable StoredPoint> fetch(long[] labels, boolean vectors, boolean payloads) {
    return new PointReader(collection, dimension, vectors, payloads)
        .byRow(lease.get().store(), labels);
  }

  /// Labels of the rows that are the versions of points seen here, of those points that exist.
  public List<Long> rows(List<PointId> ids) {
    List<Long> rows = new ArrayList<>(ids.size());
    for (long row : rowOfEach(ids)) {
      if (row != NO_ROW) {
        rows.add(row);
      }
    }
    return rows;
  }

  /// Labels of the rows that are the versions of points seen here, in their order, [#NO_ROW] for
  /// those that do not exist.
  public long[] rowOfEach(List<PointId> ids) {
    List<byte[]> keys = new ArrayList<>(ids.size());
    for (PointId id : ids) {
      keys.add(Keys.point(collection, id.toKey()));
    }
    List<byte @Nullable []> places = lease.get().store().multiGet(Family.POINTS, keys);
    long[] rows = new long[ids.size()];
    for (int i = 0; i < rows.length; i++) {
      byte[] place = places.get(i);
      rows[i] = place == null ? NO_ROW : PointRecord.decode(place).row();
    }
    return rows;
  }

  /// The payload of the version of a point that a row is.
  ///
  /// @param label of a row that a search may return
  /// @return JSON object in UTF-8; null if it has none
  public byte @Nullable [] payload(long label) {
    byte[] text = lease.get().store().get(Family.PAYLOADS, Keys.row(collection, label));
    return text == null ? null : Records.payloadOf(text);
  }

  @Override
  public void close() {
    lease.close();
  }
}
