package dev.kith.index.build;

/// In which order the rows of a segment are linked. Leaves their ordinals and the format as they
/// are.
public enum LinkOrder {
  /// As they were appended.
  NATURAL,
  /// Near rows after each other, where they do not come like that: see [NearbyRows]. The quickest.
  NEAR,
  /// By descending local intrinsic dimension, so that rows in crowds come last (Elliott & Clark,
  /// *The Impacts of Data, Ordering, and Intrinsic Dimensionality on Recall in Hierarchical
  /// Navigable Small Worlds*, 2024).
  LID
}
