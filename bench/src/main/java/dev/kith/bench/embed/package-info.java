/// Texts into vectors, with a sentence encoder that runs in this process.
///
/// [dev.kith.bench.embed.MiniLm] is the whole of it. The model travels in a Maven artifact, so that
/// neither the quick start nor the WordNet data set downloads anything else.
@NullMarked
package dev.kith.bench.embed;

import org.jspecify.annotations.NullMarked;
