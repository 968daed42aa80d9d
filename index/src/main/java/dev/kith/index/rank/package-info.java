/// What is made of lists of hits once they are found: shares of probability, several scores as one,
/// hits that differ, hits shared out among interests, classes, and what a dear scorer would like.
/// Functions on numbers, which know neither points nor collections.
@NullMarked
package dev.kith.index.rank;

import org.jspecify.annotations.NullMarked;
