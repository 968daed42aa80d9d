package dev.kith.server.collection;

import java.util.function.Supplier;

/// The definition of a collection as it is now. Changed on the committer thread, read by all.
final class SpecHolder implements Supplier<CollectionSpec> {
  private volatile CollectionSpec spec;

  SpecHolder(CollectionSpec spec) {
    this.spec = spec;
  }

  @Override
  public CollectionSpec get() {
    return spec;
  }

  void set(CollectionSpec next) {
    spec = next;
  }
}
