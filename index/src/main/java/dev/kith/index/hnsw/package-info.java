/// A navigable small-world graph: one structure, built by many threads while others search it.
///
/// Start at [dev.kith.index.hnsw.GraphLinks], the layout every link lives in. Growing graphs
/// ([dev.kith.index.hnsw.HnswGraph]) and sealed ones ([dev.kith.index.hnsw.SealedGraph]) share it,
/// and [dev.kith.index.hnsw.BeamSearch] walks both. A sealed graph may also be laid out for reading
/// ([dev.kith.index.hnsw.FastGraph], written by [dev.kith.index.hnsw.FastGraphEncoder]): estimates
/// from codes that lie beside the links steer a walk of its own.
///
/// Three rules hold throughout:
///
/// - **Scores come in batches**, from a [dev.kith.index.codec.Scorer] or, as estimates, from a
///   [dev.kith.index.kernel.FastScan]. The graph never touches a coordinate; a batch of independent
///   rows, or of codes that lie together, hides the latency of memory.
/// - **Readers take no locks.** A link is one aligned `int`; a record that is being rewritten shows
///   a mixture of its old and its new links, each of them valid.
/// - **Every live node stays reachable**, by construction while a graph grows and by repair when it
///   is compacted. [dev.kith.index.hnsw.GraphVerifier] checks that and everything else promised.
@NullMarked
package dev.kith.index.hnsw;

import org.jspecify.annotations.NullMarked;
