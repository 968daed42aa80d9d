/// Executes the root README.
@NullMarked
package dev.kith.bench.readme;

import org.jspecify.annotations.NullMarked;
