package dev.kith.index.trial;

import dev.kith.index.Require;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/// What a trial works with.
///
/// @param threads that build, the calling one included, in `[1, 1024]`
/// @param folder an empty one, for one file at a time
/// @param cpuClock tells the nanoseconds of processor time of the calling thread
/// @param step called often, on the calling thread; may throw to end the trial
record Workplace(int threads, Path folder, LongSupplier cpuClock, Runnable step) {
  Workplace {
    Require.inRange("threads", threads, 1, 1024);
  }
}
