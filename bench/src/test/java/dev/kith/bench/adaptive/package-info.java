/// Tests of the figures that prefixes are judged by.
@NullMarked
package dev.kith.bench.adaptive;

import org.jspecify.annotations.NullMarked;
