/// Rows at rest and in growth: off-heap memory, tombstones, sealed files, and how a new version of
/// a resource replaces the old one under its readers.
///
/// Start at [dev.kith.index.store.VectorRows]; every sealed file is a
/// [dev.kith.index.store.SectionFile], whose javadoc is the format.
@NullMarked
package dev.kith.index.store;

import org.jspecify.annotations.NullMarked;
