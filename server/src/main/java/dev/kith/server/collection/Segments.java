package dev.kith.server.collection;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Lease;
import dev.kith.index.store.Published;
import dev.kith.server.storage.StoreSnapshot;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The segments of one collection: what the writer changes, and what readers see of it.
///
/// Everything not said to be for any thread belongs to one thread at a time: the one that opens the
/// collection, then the committer. Row ranges of segments are disjoint, and every row ever given
/// out lies in at most one of them.
final class Segments {
  /// Share of a growing segment's room that may be taken when it learns its lists: all those rows
  /// wait at once then, and a fuller segment is soon sealed.
  private static final double MOST_FILLED = 0.05;

  private final Supplier<CollectionSpec> spec;
  private final LinkerPool linkers;
  private final Supplier<StoreSnapshot> store;
  private final DeathLog deaths = new DeathLog();
  private final Published<SegmentSet> published;

  /// In the order of rows; replaced, never changed.
  private volatile List<HeldSegment> current = List.of();

  private @Nullable GrowingHold active;
  private @Nullable Consumer<GrowingHold> sealer;
  private Runnable onReplacement = () -> {};
  private Consumer<SealedHold> onDeath = segment -> {};
  private final List<GrowingHold> unsealed = new ArrayList<>();
  private long nextNumber;

  // What was published last, and whether the segments have changed since.
  private long lsn;
  private long lastRow = -1;
  private boolean changed;
  private volatile boolean closed;

  /// @param spec says how new segments are made
  /// @param store takes a snapshot of the store
  /// @param nextNumber number of the next segment
  Segments(
      Supplier<CollectionSpec> spec,
      LinkerPool linkers,
      Supplier<StoreSnapshot> store,
      long nextNumber) {
    this.spec = spec;
    this.linkers = linkers;
    this.store = store;
    this.nextNumber = nextNumber;
    this.published = new Published<>(now());
  }

  /// Hands segments that take no more rows to a sealer from now on, those from before included.
  void sealWith(Consumer<GrowingHold> newSealer) {
    sealer = newSealer;
    unsealed.forEach(newSealer);
    unsealed.clear();
  }

  /// Tells a merger from now on what may make segments worth merging.
  ///
  /// @param replacement runs after segments were replaced
  /// @param death takes a sealed segment that lost a row
  void mergeWith(Runnable replacement, Consumer<SealedHold> death) {
    onReplacement = replacement;
    onDeath = death;
  }

  /// The number of a segment to be. For the committer.
  long takeNumber() {
    return nextNumber++;
  }

  /// The segments as they are now, in the order of their rows; hold one before touching it. Any
  /// thread.
  List<HeldSegment> current() {
    return current;
  }

  /// Whether the collection was deleted or closed. Any thread.
  boolean isClosed() {
    return closed;
  }

  /// Adds a sealed segment found at open.
  void addSealed(SealedHold segment) {
    change(segment, List.of());
  }

  /// Adds a row to the growing segment; seen by searches after [#publish].
  ///
  /// @param row larger than all rows of the growing segment
  void append(long row, MemorySegment vectors, long offset) {
    GrowingHold growing = active;
    if (growing == null) {
      growing = grow(row);
    }
    growing.segment().append(row, vectors, offset);
    if (growing.segment().isFull()) {
      roll(row);
    }
  }

  private GrowingHold grow(long firstRow) {
    CollectionSpec now = spec.get();
    GrowingSegment segment = GrowingSegment.create(now.space(), now.index(), now.segmentPoints());
    learnLists(segment);
    GrowingHold growing = new GrowingHold(nextNumber++, firstRow, segment, !now.indexingDeferred());
    active = growing;
    change(growing, List.of());
    linkers.add(growing);
    return growing;
  }

  /// Has the rows of a growing segment put into lists like those of the largest segment that has
  /// some.
  private void learnLists(GrowingSegment growing) {
    SealedSegment largest = null;
    for (HeldSegment held : current) {
      if (held instanceof SealedHold sealed
          && sealed.reader().listStats().isPresent()
          && (largest == null || sealed.reader().liveCount() > largest.liveCount())) {
        largest = sealed.reader();
      }
    }
    if (largest != null) {
      growing.learnLists(largest);
    }
  }

  /// Gives every row appended so far to the linkers.
  void flush() {
    if (active != null) {
      active.segment().publish();
      linkers.wake();
    }
  }

  /// Makes the collection visible as it is now. Memory and store must agree.
  ///
  /// @param newLsn LSN of its last write
  /// @param newLastRow last row given out
  void publish(long newLsn, long newLastRow) {
    flush();
    lsn = newLsn;
    lastRow = newLastRow;
    renew();
  }

  /// Publishes again if segments came or went since.
  void publishIfChanged() {
    if (changed) {
      renew();
    }
  }

  /// Publishes the same content with a new snapshot of the store.
  void renew() {
    if (!closed) {
      changed = false;
      published.publish(now());
    }
  }

  private SegmentSet now() {
    return new SegmentSet(current, new Horizon(lsn, lastRow, deaths.end()), store.get());
  }

  /// Ends the growing segment, if there is one, so that it can be sealed.
  ///
  /// @param lastRow last row that it answers for
  void roll(long lastRow) {
    GrowingHold growing = active;
    if (growing != null) {
      growing.segment().publish();
      growing.end(lastRow);
      active = null;
      linkers.wake();
      if (sealer == null) {
        unsealed.add(growing);
      } else {
        sealer.accept(growing);
      }
    }
  }

  /// Lets the rows of the growing segment be linked as they come, or not before they are asked for.
  void deferIndexing(boolean deferred) {
    GrowingHold growing = active;
    if (growing != null) {
      growing.setLinking(!deferred);
      linkers.wake();
    }
  }

  /// Makes a row invisible to searches that begin after the next [#publish].
  void kill(long row) {
    for (HeldSegment segment : current) {
      if (segment.firstRow() <= row && row <= segment.lastRow()) {
        int ordinal = segment.ordinalOf(row);
        if (ordinal >= 0) {
          deaths.add(row); // Before the mark: searches that began earlier look for it here.
          segment.reader().tombstones().kill(ordinal);
          if (segment instanceof SealedHold sealed) {
            onDeath.accept(sealed);
          }
        }
        return;
      }
    }
  }

  /// Puts a sealed segment in the place of those that it was made from, or nothing if none of their
  /// rows is left. The files of those that had any go with their last share.
  void replace(List<? extends HeldSegment> replaced, @Nullable SealedHold sealed) {
    if (sealed != null) {
      replaced.forEach(segment -> copyDeaths(segment.reader(), sealed));
    }
    for (HeldSegment segment : replaced) {
      if (segment instanceof SealedHold old) {
        old.doom();
      }
    }
    change(sealed, replaced);
    GrowingHold growing = active;
    if (growing != null && growing.segment().size() <= MOST_FILLED * growing.segment().capacity()) {
      learnLists(growing.segment());
      linkers.wake();
    }
    onReplacement.run();
  }

  /// Rows may have died while the file was written.
  private static void copyDeaths(SegmentReader from, SealedHold sealed) {
    for (int ordinal = 0; ordinal < from.size(); ordinal++) {
      if (from.tombstones().isDead(ordinal)) {
        int there = sealed.ordinalOf(from.label(ordinal));
        if (there >= 0) {
          sealed.reader().tombstones().kill(there);
        }
      }
    }
  }

  private void change(@Nullable HeldSegment added, List<? extends HeldSegment> removed) {
    List<HeldSegment> next = new ArrayList<>(current);
    if (added != null) {
      next.add(added);
      next.sort(Comparator.comparingLong(HeldSegment::firstRow));
    }
    next.removeAll(removed);
    for (HeldSegment segment : removed) {
      if (segment instanceof GrowingHold growing) {
        linkers.remove(growing);
      }
    }
    current = List.copyOf(next);
    changed = true;
    removed.forEach(HeldSegment::release);
  }

  /// Borrows the segments as they are now. Any thread.
  ///
  /// @throws IllegalStateException if they were closed
  Lease<SegmentSet> acquire() {
    return published.acquire();
  }

  /// Rows that wait to be linked. Any thread.
  long unlinked() {
    long unlinked = 0;
    for (HeldSegment segment : current) {
      if (segment instanceof GrowingHold growing) {
        unlinked += growing.unlinked();
      }
    }
    return unlinked;
  }

  /// Lets go of all segments; each is freed after its last lease.
  ///
  /// @param removeFiles whether the files go too
  void close(boolean removeFiles) {
    List<HeldSegment> last = current;
    closed = true;
    current = List.of();
    active = null;
    for (HeldSegment segment : last) {
      switch (segment) {
        case GrowingHold growing -> linkers.remove(growing);
        case SealedHold sealed -> {
          if (removeFiles) {
            sealed.doomWithFolder();
          }
        }
      }
    }
    published.close();
    last.forEach(HeldSegment::release);
  }
}
