/// The vocabulary of vector search: what a vector is, how two compare, what a search returns.
@NullMarked
package dev.kith.index;

import org.jspecify.annotations.NullMarked;
