/// Groups of near vectors: the cells of an inverted file, and the codebooks of a quantizer.
///
/// Start at [dev.kith.index.cluster.KMeans].
@NullMarked
package dev.kith.index.cluster;

import org.jspecify.annotations.NullMarked;
