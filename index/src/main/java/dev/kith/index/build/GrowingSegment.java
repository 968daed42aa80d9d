package dev.kith.index.build;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.Require;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswGraph;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.ivf.CentroidGraph;
import dev.kith.index.ivf.GrowingLists;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Resource;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A segment that takes rows.
///
/// One writer appends and publishes; any number of workers link what is published; any number of
/// searches run meanwhile. A search walks the graph over the rows that are linked and scores the
/// published rest one by one, so a published row is found by its own vector from the moment
/// [#publish] returns.
///
/// With an inverted file for an index, a search scores all rows, until the segment [knows
/// centroids][#learnLists]: from then on a row is linked by being put into the list of the nearest,
/// and a search reads the nearest lists and scores what is in none yet.
///
/// Owns its memory, which is committed as rows arrive. Close only after the last search, the last
/// [#linkNext] and the last append have returned.
public final class GrowingSegment implements SegmentReader, Resource {
  private final IndexSpec index;
  private final SegmentMemory memory;
  private final VectorRows rows;
  private final LinkedBy linkedBy;
  private final Tombstones tombstones;
  private final @Nullable HnswGraph graph;
  private final LinkQueue queue;

  /// Null until the segment knows centroids.
  private volatile @Nullable SegmentLists lists;

  /// Written by the one writer; volatile, so that whoever reads it may read the rows below it.
  private volatile int appended;

  private volatile int published;

  /// @param memory this owns it from now on
  /// @param linkedBy what new rows are linked by
  /// @param graph over the rows of `memory`; null if the index is none
  /// @param queue knows which of its nodes are linked
  /// @param count rows that are in `memory` already
  GrowingSegment(
      IndexSpec index,
      SegmentMemory memory,
      LinkedBy linkedBy,
      @Nullable HnswGraph graph,
      LinkQueue queue,
      int count) {
    this.index = index;
    this.memory = memory;
    this.rows = memory.rows();
    this.linkedBy = linkedBy;
    this.tombstones = memory.tombstones();
    this.graph = graph;
    this.queue = queue;
    this.appended = count;
    this.published = count;
  }

  /// Most rows of one segment. Leaves ordinals room for a mark bit and lists for a plus one.
  public static final int MAX_CAPACITY = 1 << 29;

  /// Creates an empty segment.
  ///
  /// @param capacity rows it can take, in `[1, 2^29]`; reserved, not committed
  /// @throws IllegalArgumentException if the index cannot hold such vectors, see
  ///   [IndexSpec#requireHolds]
  public static GrowingSegment create(VectorSpace space, IndexSpec index, int capacity) {
    index.requireHolds(space);
    SegmentMemory memory =
        SegmentMemory.reserve(space, Require.inRange("capacity", capacity, 1, MAX_CAPACITY));
    try {
      LinkedBy linkedBy = LinkedBy.of(index, memory);
      @Nullable HnswGraph graph = memory.newGraph(index, linkedBy.rows());
      return new GrowingSegment(
          index, memory, linkedBy, graph, new LinkQueue(graph == null ? 0 : capacity), 0);
    } catch (RuntimeException | Error failure) {
      memory.close();
      throw failure;
    }
  }

  /// Has rows put into lists from now on, those published before included, unless they are already
  /// or the index is no inverted file. For the one writer.
  ///
  /// @param model whose centroids to copy, and whose defaults for searches; open until this
  ///   returns. Without lists of rows of this space it changes nothing
  public void learnLists(SealedSegment model) {
    if (lists == null && index instanceof IndexSpec.Ivf) {
      GrowingLists empty = model.newLists(rows, memory.arena());
      lists = empty == null ? null : new SegmentLists(empty, capacity());
    }
  }

  /// Memory that a row takes before it is linked, in bytes.
  public static long unlinkedBytes(VectorSpace space) {
    return VectorRows.strideBytes(space) + Long.BYTES;
  }

  /// Adds a row that searches do not see until [#publish]. For the one writer.
  ///
  /// @param label larger than that of every row before
  /// @param vector little-endian floats, finite, at any alignment; not zero under COSINE
  /// @param offset where they start, in bytes
  /// @return the row's ordinal
  /// @throws IllegalStateException if the segment is full
  /// @throws IllegalArgumentException if the label does not ascend or the vector has no direction;
  ///   nothing is added then
  public int append(long label, MemorySegment vector, long offset) {
    int ordinal = appended;
    if (ordinal == capacity()) {
      throw new IllegalStateException(
          "the segment is full: it holds %d rows".formatted(capacity()));
    }
    if (ordinal > 0 && label <= label(ordinal - 1)) {
      throw new IllegalArgumentException(
          "labels must ascend: expected more than %d, got %d".formatted(label(ordinal - 1), label));
    }
    rows.set(ordinal, vector, offset);
    linkedBy.set(ordinal, vector, offset);
    memory.labels().setAtIndex(SealedLayout.LONG, ordinal, label);
    appended = ordinal + 1;
    return ordinal;
  }

  /// Shows everything appended so far to searches that start later, all of it at once. For the one
  /// writer.
  public void publish() {
    published = appended;
  }

  /// Rows appended, published or not.
  public int appended() {
    return appended;
  }

  /// Every row below this needs no linking any more: it is in the graph or in a list. Without
  /// either, every published row.
  public int linked() {
    SegmentLists lists = this.lists;
    if (lists != null) {
      return lists.linked();
    }
    return graph == null ? published : queue.linked();
  }

  /// How many rows are in the graph or in lists, in whatever order; without either, every published
  /// row.
  public int linkedCount() {
    SegmentLists lists = this.lists;
    if (lists != null) {
      return lists.linkedCount();
    }
    return graph == null ? published : queue.finished();
  }

  /// Whether it is too late for [#linkInOrder].
  public boolean isLinkingBegun() {
    return graph != null && queue.isBegun();
  }

  /// Rows the segment can take.
  public int capacity() {
    return rows.capacity();
  }

  /// Whether the next append would fail.
  public boolean isFull() {
    return appended == capacity();
  }

  /// Which index the segment keeps.
  public IndexSpec index() {
    return index;
  }

  /// Has the published rows linked in another order than their own; rows published later follow in
  /// theirs. For the one writer, before the first [#linkNext]. Without a graph it changes nothing.
  ///
  /// A search during linking scores every row from the lowest unlinked one on. In an order unlike
  /// that of the ordinals those are most of them until the end: this is for segments that are
  /// searched later.
  ///
  /// @param order a permutation of the ordinals below [#size]; not to be changed afterwards
  /// @throws IllegalArgumentException if it is none
  /// @throws IllegalStateException if linking has begun
  public void linkInOrder(int[] order) {
    requirePermutation(order, published);
    if (graph != null) {
      queue.dealIn(order);
    }
  }

  private static void requirePermutation(int[] order, int size) {
    Require.inRange("rows in the order", order.length, size, size);
    BitSet seen = new BitSet(size);
    for (int ordinal : order) {
      Require.inRange("ordinal", ordinal, 0, size - 1);
      if (seen.get(ordinal)) {
        throw new IllegalArgumentException(
            "an order of linking has every ordinal once, got %d twice".formatted(ordinal));
      }
      seen.set(ordinal);
    }
  }

  /// Links the next published row, or puts the next few into lists. For any number of threads.
  ///
  /// @param scratch owned by the calling thread
  /// @return false if every published row is linked or being linked, or there is nothing to link
  ///   them to
  public boolean linkNext(HnswScratch scratch) {
    SegmentLists lists = this.lists;
    if (lists != null) {
      return lists.linkNext(published);
    }
    HnswGraph graph = this.graph;
    if (graph == null) {
      return false;
    }
    int ordinal = queue.claim(published);
    if (ordinal < 0) {
      return false;
    }
    graph.link(ordinal, scratch);
    queue.finish(ordinal);
    return true;
  }

  @Override
  public VectorSpace space() {
    return rows.space();
  }

  @Override
  public int size() {
    return published;
  }

  @Override
  public int liveCount() {
    return Math.max(0, published - tombstones.deadCount());
  }

  @Override
  public long label(int ordinal) {
    return labels().label(ordinal);
  }

  /// Of the rows appended so far.
  private LabelColumn labels() {
    return new LabelColumn.Ascending(memory.labels(), appended);
  }

  /// The row with this label, published or not, dead or alive, or -1 if there is none.
  @Override
  public int ordinalOf(long label) {
    return labels().ordinalOf(label);
  }

  @Override
  public Tombstones tombstones() {
    return tombstones;
  }

  @Override
  public long bytes() {
    int count = appended;
    SegmentLists lists = this.lists;
    return rows.bytes(count)
        + linkedBy.bytes(count)
        + (long) count * Long.BYTES
        + (graph == null ? 0 : graph.bytes(queue.linked()))
        + (lists == null ? 0 : lists.bytes());
  }

  @Override
  public void probe(
      SearchPlan plan,
      QueryBuffer query,
      OrdinalFilter returned,
      TopK hits,
      SearchScratch scratch) {
    SegmentLists lists = this.lists;
    // In this order: what is linked was published before.
    int linked = lists == null ? queue.linked() : lists.linked();
    SearchScratch.SegmentRows segment =
        new SearchScratch.SegmentRows(rows, tombstones, returned, linked, published);
    if (plan.probe() instanceof Probe.Labels labels) {
      scratch.probe(plan, labels, query, hits, segment, this);
    } else if (lists != null) {
      scratch.probe(plan, query, hits, segment, lists.lists());
    } else if (graph != null) {
      scratch.probe(plan, query, hits, segment, graph);
    } else {
      scratch.probeExactly(plan, query, hits, segment);
    }
  }

  /// Writes the live rows and a graph of them alone to a file, which appears whole or not at all.
  ///
  /// Call when all is published and linked and no more is appended. Searches may go on. A row
  /// killed after this was called may still be in the file: whoever opens it repeats such kills.
  ///
  /// An inverted file has the rows in the lists that they are in, as long as the centroids suit
  /// them all: see [SegmentMerge]. It need not be waited for the others.
  ///
  /// If more than three tenths of the rows are dead, the living are linked afresh by the calling
  /// thread, which takes their memory and links once more meanwhile: what leads around so many dead
  /// nodes is worth less. (On GloVe-100, two thirds of the nodes dead, .923 recall@100 was left in
  /// the compacted graph, .948 is in a fresh one.)
  ///
  /// @param lsn log sequence number that the rows cover; given back by [SealedSegment#lsn]
  /// @param threads that encode the layout FAST or words, the calling one included, in `[1, 1024]`;
  ///   the file is the same with any number of them
  /// @param progress an exception that it throws ends the sealing
  /// @throws IllegalStateException if a row is not published or not linked
  public void seal(Path file, long lsn, int threads, SealProgress progress) throws IOException {
    sealAs(index, file, lsn, threads, progress);
  }

  /// As above, to a file of another index, as after a change of policy.
  ///
  /// @param other one that [#canBeSealedAs]; unless it is a graph, nothing need be linked
  /// @throws IllegalArgumentException if it cannot
  public void sealAs(IndexSpec other, Path file, long lsn, int threads, SealProgress progress)
      throws IOException {
    if (!canBeSealedAs(other)) {
      throw new IllegalArgumentException(
          "a segment of %s has no links for one of %s".formatted(index, other));
    }
    seal(other, file, lsn, threads, progress, known(other));
  }

  /// As above, to an inverted file whose lists are learnt anew, of what is said.
  public void sealLists(
      IndexSpec.Ivf lists,
      ListLearning learning,
      Path file,
      long lsn,
      int threads,
      SealProgress progress)
      throws IOException {
    requireSealable(true);
    seal(lists, learning, null, file, lsn, threads, progress);
  }

  /// Whether the segment can be sealed as another index: one that needs no links, or a graph that
  /// is built with the same parameters.
  public boolean canBeSealedAs(IndexSpec other) {
    return !(other instanceof IndexSpec.Hnsw(var params, _, _))
        || (index instanceof IndexSpec.Hnsw(var built, _, _) && built.equals(params));
  }

  private @Nullable KnownLists known(IndexSpec target) {
    SegmentLists lists = this.lists;
    return lists != null && target instanceof IndexSpec.Ivf(var params, _)
        ? lists.toKeep(params, published, tombstones)
        : null;
  }

  /// As above, for an inverted file around centroids that are known.
  ///
  /// @param known null to learn them
  void seal(Path file, long lsn, int threads, SealProgress progress, @Nullable KnownLists known)
      throws IOException {
    seal(index, file, lsn, threads, progress, known);
  }

  private void seal(
      IndexSpec target,
      Path file,
      long lsn,
      int threads,
      SealProgress progress,
      @Nullable KnownLists known)
      throws IOException {
    requireSealable(!(target instanceof IndexSpec.Hnsw) || linked() == published);
    if (target instanceof IndexSpec.Ivf ivf) {
      seal(ivf, new ListLearning.AsSuits(), known, file, lsn, threads, progress);
      return;
    }
    if (target instanceof IndexSpec.Flat || SegmentMerge.isWorthKeeping(this)) {
      new SegmentSealer(this, target, graph, lsn, threads, progress).write(file);
      return;
    }
    try (GrowingSegment living =
        SegmentMerge.liveRows(target, this, (_, total) -> progress.report(0, total))) {
      HnswScratch scratch = new HnswScratch();
      while (living.linkNext(scratch)) {
        progress.report(0, living.size());
      }
      living.seal(file, lsn, threads, progress);
    }
  }

  private void seal(
      IndexSpec.Ivf target,
      ListLearning learning,
      @Nullable KnownLists known,
      Path file,
      long lsn,
      int threads,
      SealProgress progress)
      throws IOException {
    new IvfSealer(this, target, learning, known, CentroidGraph.LEAST_LISTS, lsn, threads, progress)
        .write(file);
  }

  private void requireSealable(boolean hasLinks) {
    if (appended != published || !hasLinks) {
      throw new IllegalStateException(
          "only a linked segment can be sealed: %d rows appended, %d published, %d linked"
              .formatted(appended, published, linked()));
    }
  }

  /// Checks everything that is promised about labels and links; for tests and operators, while
  /// nobody appends or links and no [order][#linkInOrder] is half done.
  ///
  /// @return what is wrong, empty if nothing is
  public List<String> verify() {
    List<String> violations = new ArrayList<>();
    labels().verify(violations);
    if (graph != null) {
      violations.addAll(graph.verify(queue.linked()));
    }
    SegmentLists lists = this.lists;
    if (lists != null) {
      lists.verify(violations);
    }
    return violations;
  }

  @Override
  public void close() {
    memory.close();
  }

  @Override
  public VectorRows rows() {
    return rows;
  }
}
