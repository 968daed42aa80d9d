package dev.kith.server.collection;

import dev.kith.index.store.Resource;
import dev.kith.server.storage.StoreSnapshot;
import java.util.List;

/// A collection at one moment between two groups: its segments, how far they are to be seen, and
/// the store as it was then. Holds a share of each segment, and the snapshot, until it is closed.
///
/// @param segments in the order of their rows
/// @param horizon the moment
/// @param store the store at that moment
record SegmentSet(List<HeldSegment> segments, Horizon horizon, StoreSnapshot store)
    implements Resource {
  SegmentSet {
    segments = List.copyOf(segments);
    for (HeldSegment segment : segments) {
      boolean held = segment.tryHold();
      assert held : "segment " + segment.number() + " was freed before it was published";
    }
  }

  @Override
  public void close() {
    store.close();
    segments.forEach(HeldSegment::release);
  }
}
