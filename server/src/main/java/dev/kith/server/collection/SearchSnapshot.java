package dev.kith.server.collection;

import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Lease;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A collection as one search sees it: exactly the writes up to [#lsn()], each point once, in its
/// newest version of that moment, however long the search takes and whatever is written meanwhile.
///
/// Keeps segments and old versions from being freed; close it when the hits are resolved.
/// Thread-safe, but for closing.
public final class SearchSnapshot implements AutoCloseable {
  private final Lease<SegmentSet> lease;
  private final List<SegmentReader> segments;
  private final int collection;
  private final int dimension;

  SearchSnapshot(CollectionContext context, Lease<SegmentSet> lease) {
    Horizon horizon = lease.get().horizon();
    DeathLog.Since deaths = new DeathLog.Since(horizon.deaths());
    this.lease = lease;
    this.segments =
        lease.get().segments().stream()
            .<SegmentReader>map(held -> new SegmentView(held.reader(), horizon, deaths))
            .toList();
    this.collection = context.number();
    this.dimension = context.space().dimension();
  }

  /// The segments, oldest rows first.
  public List<SegmentReader> segments() {
    return segments;
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

  @Override
  public void close() {
    lease.close();
  }
}
