/// From nothing to answers in a minute: a server, a few thousand definitions, five questions.
///
/// [dev.kith.bench.quickstart.Quickstart] is the whole walk; what it imports is in
/// [dev.kith.bench.quickstart.SynsetExtract].
@NullMarked
package dev.kith.bench.quickstart;

import org.jspecify.annotations.NullMarked;
