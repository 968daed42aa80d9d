/// Holds the benchmarks to the right answers.
@NullMarked
package dev.kith.bench.micro;

import org.jspecify.annotations.NullMarked;
