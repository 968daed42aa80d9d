package dev.kith.server.collection;

/// The manifest of a collection: as it was last written, and as the group under way leaves it.
/// Lives on the committer thread.
final class ManifestHolder {
  private Manifest written;
  private Manifest staged;

  ManifestHolder(Manifest manifest) {
    this.written = manifest;
    this.staged = manifest;
  }

  /// As the changes of the group so far leave it: what the next change starts from.
  Manifest staged() {
    return staged;
  }

  /// Leaves another one.
  void stage(Manifest next) {
    staged = next;
  }

  /// The group is in the store.
  void commit() {
    written = staged;
  }

  /// The group was given up.
  void rollBack() {
    staged = written;
  }
}
