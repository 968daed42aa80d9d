package dev.kith.server.collection;

/// The manifest of a collection as it was last written. Changed on the committer thread.
final class ManifestHolder {
  private volatile Manifest manifest;

  ManifestHolder(Manifest manifest) {
    this.manifest = manifest;
  }

  Manifest get() {
    return manifest;
  }

  void set(Manifest next) {
    manifest = next;
  }
}
