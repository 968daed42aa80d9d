/// Kith beside its competitors, on one data set, on one machine, in one run.
///
/// Start at [dev.kith.bench.peers.Comparison]. Every contender is a process of its own that builds
/// an index once and then waits; the parent asks one at a time to search with one setting, judges
/// what it found, and comes back as many times as there are turns. So contenders share the
/// machine's good and bad minutes, and none is judged by itself.
///
/// - **The parent decides** settings, queries and recall; a contender only builds and searches.
/// - **Contenders in Java** are [dev.kith.bench.peers.engine.Engine]s in a JVM with this process's
///   flags; **those in C++** are programs of ours over the installed library, compiled on the spot.
/// - **What cannot take part is said in words** and the others go on.
///
/// Parts of Kith are compared with the same parts of FAISS: codes by
/// [dev.kith.bench.peers.CodesComparison], k-means by [dev.kith.bench.peers.KMeansComparison].
@NullMarked
package dev.kith.bench.peers;

import org.jspecify.annotations.NullMarked;
