/// Bars for whoever watches, and silence for whoever does not.
@NullMarked
package dev.kith.bench.progress;

import org.jspecify.annotations.NullMarked;
