/// Exact search: every row is scored, a block at a time.
///
/// [dev.kith.index.flat.FlatScan] is the index of a collection that wants no graph, the tail of a
/// growing segment that is not linked yet, and the oracle the graph is tested against.
@NullMarked
package dev.kith.index.flat;

import org.jspecify.annotations.NullMarked;
