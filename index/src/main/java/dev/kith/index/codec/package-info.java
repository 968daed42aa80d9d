/// How a row is encoded, and how a query is scored against encoded rows.
///
/// Start at [dev.kith.index.codec.Scorer], which is all that an index sees of plain rows, and at
/// [dev.kith.index.codec.Rabitq], by which a graph's records say how near a node's neighbours are.
@NullMarked
package dev.kith.index.codec;

import org.jspecify.annotations.NullMarked;
