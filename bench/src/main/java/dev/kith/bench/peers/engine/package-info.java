/// What a contender written in Java is: an [dev.kith.bench.peers.engine.Engine] over one library.
///
/// Kith's own is here; the packages beside this one are the doors through which foreign libraries
/// come in.
@NullMarked
package dev.kith.bench.peers.engine;

import org.jspecify.annotations.NullMarked;
