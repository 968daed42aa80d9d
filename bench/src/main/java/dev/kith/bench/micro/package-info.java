/// What the innermost loops cost, one at a time, beside the same loops in C.
///
/// Start at [dev.kith.bench.micro.KernelBenchmark], whose javadoc says how to run it.
@NullMarked
package dev.kith.bench.micro;

import org.jspecify.annotations.NullMarked;
