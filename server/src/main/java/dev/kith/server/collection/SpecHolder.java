package dev.kith.server.collection;

import java.util.function.Supplier;

/// The definition of a collection as it is now. Changed on the committer thread, read by all.
final class SpecHolder implements Supplier<CollectionSpec> {
  private volatile Definition definition;

  SpecHolder(Definition definition) {
    this.definition = definition;
  }

  @Override
  public CollectionSpec get() {
    return definition.spec();
  }

  Definition definition() {
    return definition;
  }

  void set(Definition next) {
    definition = next;
  }
}
