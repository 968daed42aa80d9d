package dev.kith.server.collection;

import dev.kith.index.store.Resource;
import java.util.List;

/// The segments of a collection at one moment. Holds a share of each until it is closed.
///
/// @param segments in the order of their rows
record SegmentSet(List<HeldSegment> segments) implements Resource {
  SegmentSet {
    segments = List.copyOf(segments);
    for (HeldSegment segment : segments) {
      boolean held = segment.tryHold();
      assert held : "segment " + segment.number() + " was freed before it was published";
    }
  }

  @Override
  public void close() {
    segments.forEach(HeldSegment::release);
  }
}
