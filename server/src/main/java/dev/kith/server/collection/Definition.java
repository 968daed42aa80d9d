package dev.kith.server.collection;

import java.util.Optional;

/// What a collection is, and where a trial chose its index, why it did.
///
/// @param spec what it is
/// @param choice of its index; empty unless one was measured
record Definition(CollectionSpec spec, Optional<IndexChoice> choice) {

  /// The same with another spec. What was chosen for other conditions is forgotten.
  Definition with(CollectionSpec next) {
    return new Definition(next, next.auto().equals(spec.auto()) ? choice : Optional.empty());
  }
}
