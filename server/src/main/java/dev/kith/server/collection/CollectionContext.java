package dev.kith.server.collection;

import dev.kith.index.VectorSpace;

/// What the parts of one collection share and what never changes while it lives.
///
/// @param engine what it shares with others
/// @param number names it on disk
/// @param space shape of its vectors
/// @param files its folder of segment files
record CollectionContext(Engine engine, int number, VectorSpace space, SegmentFiles files) {
  CollectionContext(Engine engine, int number, VectorSpace space) {
    this(engine, number, space, new SegmentFiles(engine.folder(), number));
  }
}
