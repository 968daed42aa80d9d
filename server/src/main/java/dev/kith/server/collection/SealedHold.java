package dev.kith.server.collection;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment;
import java.nio.file.Path;

/// A segment in a file.
final class SealedHold extends HeldSegment {
  private final Manifest.Entry entry;
  private final Path file;
  private final SealedSegment segment;
  private volatile boolean doomed;
  private volatile boolean lastInFolder;

  SealedHold(Manifest.Entry entry, Path file, SealedSegment segment) {
    super(entry.number(), entry.firstRow());
    this.entry = entry;
    this.file = file;
    this.segment = segment;
  }

  Manifest.Entry entry() {
    return entry;
  }

  /// Makes the file go with the last share.
  void doom() {
    doomed = true;
  }

  /// As [#doom], and the folder too if nothing is left in it: nobody will write there any more.
  void doomWithFolder() {
    lastInFolder = true;
    doom();
  }

  @Override
  long lastRow() {
    return entry.lastRow();
  }

  @Override
  SealedSegment reader() {
    return segment;
  }

  @Override
  int ordinalOf(long row) {
    return segment.ordinalOf(row);
  }

  @Override
  IndexSpec index() {
    return segment.index();
  }

  @Override
  SegmentStats stats(IndexSpec policy) {
    int dead = segment.tombstones().deadCount();
    return new SegmentStats(
        number(),
        true,
        segment.size() - dead,
        dead,
        0,
        segment.bytes(),
        segment.copiedBytes(),
        segment.rescoreFactor(),
        segment.isCertified(),
        segment.listStats(),
        !index().equals(policy),
        entry.lsn());
  }

  @Override
  void free() {
    segment.close();
    if (lastInFolder) {
      SegmentFiles.removeWithFolder(file);
    } else if (doomed) {
      SegmentFiles.remove(file);
    }
  }
}
