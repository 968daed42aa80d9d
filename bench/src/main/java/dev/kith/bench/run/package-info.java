/// One measurement: an index is built, searched with several settings, and compared with the truth.
///
/// [dev.kith.bench.run.BenchRun] drives a [dev.kith.bench.run.Target]: the engine in this process,
/// or a server through the client. Both answer the same queries on the same threads, so their rows
/// can be laid side by side.
@NullMarked
package dev.kith.bench.run;

import org.jspecify.annotations.NullMarked;
