/// Search by scan: every row is scored, a block at a time, by its vector or by its code.
///
/// [dev.kith.index.flat.FlatScan] is the index of a collection that wants no graph, the tail of a
/// growing segment that is not linked yet, and the oracle the graph is tested against. A
/// [dev.kith.index.flat.CodedScan] reads codes, and of the best rows the vectors.
@NullMarked
package dev.kith.index.flat;

import org.jspecify.annotations.NullMarked;
