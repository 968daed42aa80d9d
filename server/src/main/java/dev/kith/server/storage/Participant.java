package dev.kith.server.storage;

/// Keeps the memory that goes with what the entries of a group write; one for each collection. All
/// methods run on the committer thread.
public interface Participant {

  /// Adds what is written once for a group, after its entries were prepared.
  void complete(WriteSet writes);

  /// Applies the group to memory and makes it visible: it is in the store.
  ///
  /// @param forced whether it was forced to the disk
  void written(boolean forced);

  /// Forgets the group: it is not in the store.
  void discarded();
}
