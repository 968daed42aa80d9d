/// A navigable small-world graph: one structure, built by many threads while others search it.
///
/// Start at [dev.kith.index.hnsw.GraphLinks], the layout every link lives in. Growing graphs
/// ([dev.kith.index.hnsw.HnswGraph]) and sealed ones ([dev.kith.index.hnsw.SealedGraph]) share it,
/// so [dev.kith.index.hnsw.BeamSearch] is the only search routine.
///
/// Three rules hold throughout:
///
/// - **Scores come from a [dev.kith.index.codec.Scorer], in batches.** The graph never touches a
///   coordinate; a batch of independent rows hides the latency of memory.
/// - **Readers take no locks.** A link is one aligned `int`; a record that is being rewritten shows
///   a mixture of its old and its new links, each of them valid.
/// - **Every live node stays reachable**, by construction while a graph grows and by repair when it
///   is compacted. [dev.kith.index.hnsw.GraphVerifier] checks that and everything else promised.
@NullMarked
package dev.kith.index.hnsw;

import org.jspecify.annotations.NullMarked;
