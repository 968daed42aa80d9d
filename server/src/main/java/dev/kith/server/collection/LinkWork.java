package dev.kith.server.collection;

import dev.kith.index.hnsw.HnswScratch;

/// Rows that wait to be linked, for any number of threads.
interface LinkWork {

  /// Keeps the memory from being freed, unless it was.
  boolean tryHold();

  /// Gives the hold back.
  void release();

  /// Links one row, or puts a few into lists, while held.
  ///
  /// @param scratch owned by the calling thread
  /// @return false if every row is linked or being linked
  boolean linkNext(HnswScratch scratch);
}
