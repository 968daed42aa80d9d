/// Segments: the units an index is built, sealed and opened in.
///
/// A [dev.kith.index.build.GrowingSegment] takes rows from one writer and links them with any
/// number of workers while it is searched. Sealing writes its live rows to an immutable file, which
/// a [dev.kith.index.build.SealedSegment] maps and serves. A [dev.kith.index.build.SegmentMerge]
/// makes one such file of several, without the rows that died since. An
/// [dev.kith.index.build.IndexSpec] says which index both of them keep.
/// [dev.kith.index.build.LocalDimensions] yields an order of linking that makes a better graph.
@NullMarked
package dev.kith.index.build;

import org.jspecify.annotations.NullMarked;
