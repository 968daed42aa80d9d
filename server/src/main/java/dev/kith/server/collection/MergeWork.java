package dev.kith.server.collection;

import dev.kith.index.build.SegmentMerge;
import dev.kith.index.hnsw.HnswScratch;
import org.jspecify.annotations.Nullable;

/// The rows of a merge, linked by whoever has time. Freed after the last share.
final class MergeWork implements LinkWork {
  private final SegmentMerge merge;
  private final Shares shares = new Shares();
  private volatile @Nullable RuntimeException failure;

  MergeWork(SegmentMerge merge) {
    this.merge = merge;
  }

  @Override
  public boolean linkNext(HnswScratch scratch) {
    try {
      return merge.linkNext(scratch);
    } catch (RuntimeException bug) {
      failure = bug; // The row it was at will never be linked.
      throw bug;
    }
  }

  /// Whether every row is linked.
  ///
  /// @throws IllegalStateException if one cannot be
  boolean isLinked() {
    RuntimeException bug = failure;
    if (bug != null) {
      throw new IllegalStateException("a row of a merge could not be linked", bug);
    }
    return merge.linked() == merge.rows();
  }

  @Override
  public boolean tryHold() {
    return shares.tryTake();
  }

  @Override
  public void release() {
    if (shares.giveBack()) {
      merge.close();
    }
  }

  @Override
  public String toString() {
    return "a merge of " + merge.rows() + " rows";
  }
}
