/// JVector as a contender, and the one door through which it comes in.
@NullMarked
package dev.kith.bench.peers.jvector;

import org.jspecify.annotations.NullMarked;
