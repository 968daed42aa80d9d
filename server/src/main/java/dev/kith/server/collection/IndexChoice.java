package dev.kith.server.collection;

import dev.kith.index.trial.IndexTrial;
import java.time.Instant;

/// What a trial decided, and why.
///
/// @param verdict what it found
/// @param seed of its draws
/// @param lsn LSN of the last write to the collection before it
/// @param decided when it ended, to the millisecond
public record IndexChoice(IndexTrial.Verdict verdict, long seed, long lsn, Instant decided) {}
