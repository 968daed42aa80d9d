/// Tests that see every room: who may know whom, and how the source is kept.
@NullMarked
package dev.kith.bench.architecture;

import org.jspecify.annotations.NullMarked;
