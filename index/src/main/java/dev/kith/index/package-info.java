/// The vocabulary of vector search: what a vector is, how two compare, what a search returns.
///
/// Start at [dev.kith.index.VectorSpace], which fixes the dimension and the metric of a collection;
/// every other type in the module assumes both are settled. Then read [dev.kith.index.TopK] and
/// [dev.kith.index.SearchWork], the only mutable types here, each owned by one search worker.
///
/// Five rules hold throughout the module:
///
/// - **Larger scores are nearer.** Euclidean distance is negated, so one heap and one comparison
///   serve every metric.
/// - **Vectors are addressed by ordinal**, a dense `int` that only one segment understands. User
///   identifiers exist in the server, never here.
/// - **Off-heap memory belongs to whoever opened the arena.** A method that takes a `MemorySegment`
///   neither stores nor closes it, unless its name says `bind` or `map`.
/// - **Coordinates are finite.** NaN and infinities are refused at the edge of the server and never
///   stored. Finite but huge coordinates may still overflow a float sum; a score is then infinite,
///   never NaN.
/// - **This package imports nothing from its siblings.** Kernels, stores and indexes depend on the
///   vocabulary, not the reverse.
@NullMarked
package dev.kith.index;

import org.jspecify.annotations.NullMarked;
