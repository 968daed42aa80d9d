/// Tests of the figures that models of relevance are judged by.
@NullMarked
package dev.kith.bench.relevance;

import org.jspecify.annotations.NullMarked;
