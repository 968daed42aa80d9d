/// The ingest proof: a bulk load into a real server, watched while it runs.
///
/// [dev.kith.bench.ingest.IngestProof] loads; beside it [dev.kith.bench.ingest.AckedSearcher] looks
/// for what was acknowledged, and [dev.kith.bench.ingest.MemorySampler] weighs the server's
/// process. [dev.kith.bench.ingest.IngestFigures] is what came out, and says what of it is wrong.
@NullMarked
package dev.kith.bench.ingest;

import org.jspecify.annotations.NullMarked;
