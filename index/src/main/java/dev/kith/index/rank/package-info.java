/// What is made of a list of hits once it is found: shares of probability among scores.
@NullMarked
package dev.kith.index.rank;

import org.jspecify.annotations.NullMarked;
