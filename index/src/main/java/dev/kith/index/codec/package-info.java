/// How a row is encoded, and how a query is scored against encoded rows.
///
/// Start at [dev.kith.index.codec.Scorer], which is all that an index sees of an encoding.
@NullMarked
package dev.kith.index.codec;

import org.jspecify.annotations.NullMarked;
