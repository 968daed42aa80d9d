/// Inverted files: rows in lists around centroids, of which a search reads the nearest few.
///
/// [dev.kith.index.ivf.Partition] decides which row goes to which list;
/// [dev.kith.index.ivf.InvertedFile] is what a search reads. The rows of a list follow each other,
/// so an ordinal says in which list a row is, and a list is read in one piece. Besides its own rows
/// a list may have others that are spilled to it: see [dev.kith.index.ivf.Spill].
///
/// A [dev.kith.index.ivf.CoarseQuantizer] finds the lists nearest to a query: by the scores of all
/// centroids, or, where there are many, by a graph over them. Centroids are rows like any others,
/// so that graph is one of [dev.kith.index.hnsw], which knows nothing of lists.
@NullMarked
package dev.kith.index.ivf;

import org.jspecify.annotations.NullMarked;
