/// Which index suits a set of vectors, found out by building several on a sample of them.
///
/// [dev.kith.index.trial.IndexTrial] is the door: it builds and measures, and says why it chose
/// what it chose. What it measures is work on this machine, so two runs need not agree.
@NullMarked
package dev.kith.index.trial;

import org.jspecify.annotations.NullMarked;
