/// Building an index folder of a file of vectors, without a server.
///
/// It stands in this room because it needs three others: the readers of files are the client's, the
/// segments the engine's, and the format of the folder the server's, which must read it. None of
/// them may know another, and this room sees them all.
@NullMarked
package dev.kith.bench.build;

import org.jspecify.annotations.NullMarked;
