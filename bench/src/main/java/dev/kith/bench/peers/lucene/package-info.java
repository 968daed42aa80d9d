/// Lucene as a contender, and the one door through which it comes in.
@NullMarked
package dev.kith.bench.peers.lucene;

import org.jspecify.annotations.NullMarked;
