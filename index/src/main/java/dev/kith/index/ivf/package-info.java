/// Inverted files: rows in lists around centroids, of which a search reads the nearest few.
///
/// [dev.kith.index.ivf.Partition] decides which row goes to which list;
/// [dev.kith.index.ivf.InvertedFile] is what a search reads. The rows of a list follow each other,
/// so an ordinal says in which list a row is, and a list is read in one piece.
@NullMarked
package dev.kith.index.ivf;

import org.jspecify.annotations.NullMarked;
