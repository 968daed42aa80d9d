/// Real data sets, made here from packages that registries keep.
///
/// A [dev.kith.bench.fetch.Recipe] knows one data set: which package holds the raw data, how it is
/// read, and which part is held out as queries. The same recipe makes the same files each time.
@NullMarked
package dev.kith.bench.fetch;

import org.jspecify.annotations.NullMarked;
