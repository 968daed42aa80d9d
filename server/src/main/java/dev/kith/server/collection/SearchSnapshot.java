package dev.kith.server.collection;

import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Lease;
import dev.kith.server.storage.StoreReader;
import dev.kith.server.storage.StoreSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments of a collection, kept open for one search, and the points behind their labels.
///
/// Segments go on taking rows and losing them while they are searched, so a point that is
/// overwritten meanwhile may be met in both versions: resolve hits with [#fetch] and keep the
/// highest version of each id. Close it when the hits are resolved.
public final class SearchSnapshot implements AutoCloseable {
  private final Lease<SegmentSet> lease;
  private final List<SegmentReader> segments;
  private final StoreReader now;
  private final StoreSnapshot then;
  private final long lsn;
  private final int collection;
  private final int dimension;

  SearchSnapshot(CollectionContext context, Lease<SegmentSet> lease, long lsn) {
    this.lease = lease;
    this.segments = lease.get().segments().stream().map(HeldSegment::reader).toList();
    this.now = context.engine().store();
    this.then = context.engine().store().snapshot();
    this.lsn = lsn;
    this.collection = context.number();
    this.dimension = context.space().dimension();
  }

  /// The segments, oldest rows first.
  public List<SegmentReader> segments() {
    return segments;
  }

  /// Every write up to this LSN is seen, later ones may be.
  public long lsn() {
    return lsn;
  }

  /// The points that hits are versions of.
  ///
  /// @param labels labels of hits, as [SegmentReader#label] gives them
  /// @return as many points, in their order. Null for one that was deleted before the search began
  ///   to look, or overwritten twice while it did
  public List<@Nullable StoredPoint> fetch(long[] labels, boolean vectors, boolean payloads) {
    PointReader reader = new PointReader(collection, dimension, vectors, payloads);
    List<@Nullable StoredPoint> points = reader.byRow(then, labels);
    List<Integer> later = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      if (points.get(i) == null) {
        later.add(i); // Written after the snapshot was taken.
      }
    }
    if (!later.isEmpty()) {
      long[] missing = later.stream().mapToLong(i -> labels[i]).toArray();
      List<@Nullable StoredPoint> found = reader.byRow(now, missing);
      for (int i = 0; i < missing.length; i++) {
        points.set(later.get(i), found.get(i));
      }
    }
    return points;
  }

  @Override
  public void close() {
    then.close();
    lease.close();
  }
}
