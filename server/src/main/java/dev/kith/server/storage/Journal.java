package dev.kith.server.storage;

import static java.lang.System.Logger.Level.ERROR;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Takes every change to the store, in one order, and writes them in groups.
///
/// One thread, the committer, takes what waits (up to a count and a number of bytes, never waiting
/// for more to come), gives each entry its LSN, and writes all of them as one atomic batch. The
/// batch is forced to the disk if at least one of its entries asks for it, so the cost of forcing
/// is shared by all that arrived meanwhile.
///
/// A failed force or write fences the journal: what reached the disk is unknown, and repeating the
/// call would only hide that. Reads go on; opening the store again finds out. A full disk and a
/// stalled store refuse their group and fence nothing.
public final class Journal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Journal.class.getName());
  private static final Duration QUEUE_RETRY = Duration.ofMillis(50);

  private final Store store;
  private final FreeSpaceGate gate;
  private final JournalLimits limits;
  private final Thread committer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<JournalEntry> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean closing;

  private volatile @Nullable Refusal fence;
  private volatile long lastLsn;
  private final AtomicLong groups = new AtomicLong();

  private Journal(Store store, FreeSpaceGate gate, JournalLimits limits, long lastLsn) {
    this.store = store;
    this.gate = gate;
    this.limits = limits;
    this.lastLsn = lastLsn;
    this.committer = Thread.ofPlatform().name("kith-committer").unstarted(this::commitAll);
  }

  /// Starts the journal of a store, after the last LSN that the store knows.
  public static Journal start(Store store, FreeSpaceGate gate, JournalLimits limits) {
    Journal journal = new Journal(store, gate, limits, MetaRecords.readLsn(store));
    journal.committer.start();
    return journal;
  }

  /// Queues an entry. Thread-safe.
  ///
  /// @throws RefusedException if the queue or the disk is full, the store is fenced or the journal
  ///   is closing; the entry then hears nothing
  public void submit(JournalEntry entry) {
    requireUnfenced();
    if (entry.grows()) {
      gate.check();
    }
    lock.lock();
    try {
      if (closing) {
        throw new RefusedException(new Refusal.NotServing("stopping"));
      }
      boolean full =
          queue.size() >= limits.queuedEntries()
              || (!queue.isEmpty() && queuedBytes + entry.bytes() > limits.queuedBytes());
      if (full) {
        throw new RefusedException(new Refusal.Overloaded(QUEUE_RETRY));
      }
      queue.add(entry);
      queuedBytes += entry.bytes();
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  private void requireUnfenced() {
    Refusal fenced = fence;
    if (fenced != null) {
      throw new RefusedException(fenced);
    }
  }

  /// LSN of the last group written.
  public long lastLsn() {
    return lastLsn;
  }

  /// Groups written since start; over the entries, how well they share the cost of forcing.
  public long groups() {
    return groups.get();
  }

  /// Why writes are refused until the store is opened again, if they are.
  public Optional<Refusal> fence() {
    return Optional.ofNullable(fence);
  }

  private void commitAll() {
    List<JournalEntry> group = new ArrayList<>();
    while (takeGroup(group)) {
      try {
        commit(group);
      } catch (RuntimeException | Error bug) {
        // Memory and store may differ now: only opening the store again is sure to mend that.
        LOG.log(ERROR, "the committer failed; writes are refused until restart", bug);
        Refusal.StoreFenced refusal = new Refusal.StoreFenced("internal failure: " + bug);
        raiseFence(refusal);
        group.forEach(entry -> entry.fail(new RefusedException(refusal)));
      }
      group.clear();
    }
  }

  /// Waits for work and takes a group of it; false when closing and nothing is left.
  private boolean takeGroup(List<JournalEntry> group) {
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        work.awaitUninterruptibly();
      }
      long bytes = 0;
      while (!queue.isEmpty()
          && group.size() < limits.groupEntries()
          && bytes < limits.groupBytes()) {
        JournalEntry entry = queue.remove();
        bytes += entry.bytes();
        group.add(entry);
      }
      queuedBytes -= bytes;
      return !group.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<JournalEntry> group) {
    Refusal fenced = fence;
    if (fenced != null) {
      group.forEach(entry -> entry.fail(new RefusedException(fenced)));
      return;
    }
    List<JournalEntry> accepted = new ArrayList<>(group.size());
    Set<Participant> participants = new LinkedHashSet<>();
    long lsn = lastLsn;
    boolean forced = false;
    try (WriteSet writes = store.newWriteSet()) {
      for (JournalEntry entry : group) {
        try {
          entry.prepare(lsn + 1, writes);
        } catch (RefusedException | UncheckedIOException refused) {
          entry.fail(refused);
          continue;
        }
        lsn++;
        accepted.add(entry);
        participants.add(entry.participant());
        forced |= entry.forced();
      }
      group.clear(); // From here on each entry of `accepted` hears once, and those refused have.
      group.addAll(accepted);
      if (accepted.isEmpty()) {
        return;
      }
      participants.forEach(participant -> participant.complete(writes));
      if (writes.isEmpty() && !forced) {
        lsn = lastLsn; // Entries that only look at a moment need no disk, which may be full.
      } else {
        MetaRecords.writeLsn(writes, lsn);
        store.write(writes, forced, gate);
      }
    } catch (RefusedException failure) {
      participants.forEach(Participant::discarded);
      if (failure.refusal() instanceof Refusal.StoreFenced
          || failure.refusal() instanceof Refusal.DataLoss) {
        raiseFence(failure.refusal());
      }
      accepted.forEach(entry -> entry.fail(failure));
      return;
    }
    lastLsn = lsn;
    groups.incrementAndGet();
    boolean reached = forced;
    participants.forEach(participant -> participant.written(reached));
    for (JournalEntry entry : accepted) {
      entry.acknowledge(reached);
    }
  }

  private void raiseFence(Refusal refusal) {
    if (fence == null) {
      LOG.log(ERROR, "writes are refused until restart: " + refusal.message());
      fence = refusal;
    }
  }

  /// Takes nothing more, commits what waits and stops.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (committer.isAlive()) {
      try {
        committer.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
