package dev.kith.server.collection;

import dev.kith.index.VectorSpace;
import dev.kith.index.build.SealedSegment;
import java.io.IOException;
import java.nio.file.Path;

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

  /// Opens a segment file to be searched, where the settings want it to be.
  ///
  /// @throws dev.kith.index.CorruptFileException if the file is damaged
  SealedSegment openSegment(Path file) throws IOException {
    return SealedSegment.open(file, space, engine.config().segmentResidence());
  }
}
