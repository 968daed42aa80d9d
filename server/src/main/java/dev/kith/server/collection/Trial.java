package dev.kith.server.collection;

import dev.kith.index.plan.SegmentReader;
import dev.kith.index.trial.IndexTrial;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/// Finds the best index for the rows of a collection, as [IndexTrial#run] does.
interface Trial {

  /// Tries indexes. The parameters are those of [IndexTrial#run].
  ///
  /// @throws InterruptedException if the calling thread is interrupted
  /// @throws IOException if a scratch file cannot be written or read
  IndexTrial.Verdict run(
      List<? extends SegmentReader> segments,
      IndexTrial.Conditions conditions,
      int threads,
      Path scratchFolder,
      Runnable step)
      throws InterruptedException, IOException;

  /// Tries them for real, timed by the processor time of the thread where the machine tells it: the
  /// searches and writes of others go on meanwhile.
  static Trial measured() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    LongSupplier clock =
        threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
            ? threads::getCurrentThreadCpuTime
            : System::nanoTime;
    return (segments, conditions, count, scratchFolder, step) ->
        IndexTrial.run(segments, conditions, count, scratchFolder, clock, step);
  }
}
