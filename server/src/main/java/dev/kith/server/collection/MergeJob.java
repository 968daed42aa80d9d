package dev.kith.server.collection;

import static java.lang.System.Logger.Level.INFO;

import dev.kith.index.build.SealProgress;
import dev.kith.index.build.SegmentMerge;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes one segment file of neighbouring ones and puts it in their place. Used once.
///
/// The file is written and published as [SegmentPublisher] says. Searches go on in the segments
/// that are merged until the new one is published, and those under way until they end; the files go
/// after the last of them. Rows that die meanwhile die in both.
final class MergeJob {
  private static final System.Logger LOG = System.getLogger(MergeJob.class.getName());
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final CollectionContext context;
  private final CollectionSpec spec;
  private final SegmentPublisher publisher;
  private final List<SealedHold> inputs;
  private final int writers;
  private final long rows;
  private volatile long linked;
  private volatile long written;

  /// @param inputs neighbours, in the order of their rows
  /// @param writers threads that write the file
  MergeJob(
      CollectionContext context,
      CollectionSpec spec,
      SegmentPublisher publisher,
      List<SealedHold> inputs,
      int writers) {
    this.context = context;
    this.spec = spec;
    this.publisher = publisher;
    this.inputs = List.copyOf(inputs);
    this.writers = writers;
    this.rows = inputs.stream().mapToLong(input -> input.reader().liveCount()).sum();
  }

  /// What a merge did.
  ///
  /// @param rows live rows written
  /// @param removed dead rows left out
  record Outcome(long rows, long removed) {}

  /// Live rows of the inputs.
  long total() {
    return rows;
  }

  /// Rows dealt with so far: half of it is linking them, half writing.
  long completed() {
    return Math.min(rows, (linked + written) / 2);
  }

  /// Does the work.
  ///
  /// @param stop asked between steps; ends the job with `NotServing`
  /// @throws IOException if the file cannot be written
  /// @throws RefusedException if the store takes no writes, the disk has no room for the file, or
  ///   the collection was deleted
  Outcome run(HnswScratch scratch, BooleanSupplier stop) throws IOException {
    int held = 0;
    try {
      while (held < inputs.size()) {
        if (!inputs.get(held).tryHold()) {
          throw new RefusedException(new Refusal.CollectionNotFound(spec.name()));
        }
        held++;
      }
      return runHeld(scratch, stop);
    } catch (RuntimeException | IOException failure) {
      publisher.clearUp(failure);
      throw failure;
    } finally {
      inputs.subList(0, held).forEach(SealedHold::release);
    }
  }

  private Outcome runHeld(HnswScratch scratch, BooleanSupplier stop) throws IOException {
    long firstRow = inputs.getFirst().firstRow();
    long lastRow = inputs.getLast().lastRow();
    long before = inputs.stream().mapToLong(input -> input.reader().size()).sum();
    long bytes = inputs.stream().mapToLong(input -> input.reader().bytes()).sum();
    context.engine().gate().check(before == 0 ? 0 : (long) ((double) bytes * rows / before));
    SegmentPublisher.Start start = publisher.start();
    LOG.log(
        INFO,
        "merging {0} segments of collection {1}: {2} live rows of {3}",
        inputs.size(),
        context.number(),
        rows,
        before);
    @Nullable SealedHold merged = null;
    if (inputs.stream().anyMatch(input -> input.reader().liveCount() > 0)) {
      write(start, scratch, stop);
      merged = publisher.open(start, firstRow, lastRow);
    }
    long after = merged == null ? 0 : merged.entry().rows();
    publisher.publish(start.number(), inputs, merged);
    LOG.log(
        INFO,
        "merged {0} segments of collection {1} into segment {2}: {3} live rows of {4}, LSN {5}",
        inputs.size(),
        context.number(),
        start.number(),
        after,
        before,
        start.lsn());
    publisher.purgeTombstones(firstRow, lastRow, merged);
    return new Outcome(after, before - after);
  }

  private void write(SegmentPublisher.Start start, HnswScratch scratch, BooleanSupplier stop)
      throws IOException {
    SealProgress untilStopped = (done, total) -> requireRunning(stop);
    SegmentMerge merge =
        SegmentMerge.start(
            spec.index(), inputs.stream().map(SealedHold::reader).toList(), untilStopped);
    MergeWork work = new MergeWork(merge);
    context.engine().linkers().help(work);
    try {
      while (!work.isLinked()) {
        requireRunning(stop);
        if (!work.linkNext(scratch)) {
          LockSupport.parkNanos(WAIT_NANOS); // The linkers have claimed the last ones.
        }
        linked = merge.linked();
      }
      linked = rows;
      merge.write(
          publisher.place(start.number()),
          start.lsn(),
          writers,
          (done, total) -> {
            requireRunning(stop);
            written = total == 0 ? rows : rows * done / total;
          });
    } finally {
      context.engine().linkers().leave(work);
      work.release();
    }
  }

  private static void requireRunning(BooleanSupplier stop) {
    if (stop.getAsBoolean()) {
      throw new RefusedException(new Refusal.NotServing("stopping"));
    }
  }
}
