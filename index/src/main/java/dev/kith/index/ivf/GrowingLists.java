package dev.kith.index.ivf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.cluster.Clusters;
import dev.kith.index.cluster.SecondCentroids;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

/// Lists of rows around centroids that do not change, filled as rows come.
///
/// Any number of threads add rows, any number of searches run meanwhile, without a lock. A search
/// scores the rows of the lists nearest to it by their vectors.
public final class GrowingLists {

  /*
   * A list is a chain of blocks of 64 integers: the number of the next block, then ordinals. The
   * first block of list l has the number l; the others are dealt out as they are needed. The size of
   * a list is stored by release once the ordinal and the way to its block are written, so whoever
   * has loaded a size by acquire may read so many ordinals. Of rows that are spilled to a list it
   * has the complements of their ordinals.
   */

  /// Rows that are best added together: whole tiles of a matrix product, and so few that a thread
  /// is soon done with them.
  public static final int BATCH = 30;

  private static final int BLOCK = 64;
  private static final int BLOCK_ROWS = BLOCK - 1;
  private static final long BLOCK_BYTES = (long) BLOCK * Integer.BYTES;

  private final Partition.Centroids centroids;
  private final Tuning tuning;
  private final VectorRows rows;
  private final Clusters clusters;
  private final MemorySegment blocks;
  private final AtomicIntegerArray sizes;

  private final boolean spill;
  private final Arena arena;

  /// What threads that add rows multiply with, while none does.
  private final Queue<RowProducts> idle = new ConcurrentLinkedQueue<>();

  private final Queue<SecondCentroids> idleSeconds = new ConcurrentLinkedQueue<>();

  private final ReentrantLock filling = new ReentrantLock();

  // Under the lock: the last block of every list, and how many blocks there are.
  private final int[] lastBlocks;
  private int usedBlocks;

  /// Makes empty lists.
  ///
  /// @param given centroids, which are copied with what finds them
  /// @param tuning what a search does that is not told how
  /// @param spill whether every row is in a second list besides, as where the tuning was measured
  /// @param rows of the space of the centroids, which will be filled
  /// @param arena frees the lists when it closes; any thread may allocate from it
  public GrowingLists(
      Partition.Centroids given, Tuning tuning, boolean spill, VectorRows rows, Arena arena) {
    CoarseQuantizer copy = given.coarse().copy(arena);
    int count = copy.count();
    this.centroids = new Partition.Centroids(copy, given.trained(), given.error());
    this.tuning = tuning;
    this.rows = rows;
    this.clusters =
        Clusters.of(
            Partition.isSpherical(rows.space()), Partition.points(copy.centroids()), count, arena);
    this.spill = spill && count > 1;
    this.arena = arena;
    long entries = (this.spill ? 2L : 1L) * rows.capacity();
    this.blocks = OffHeap.reserve((count + entries / BLOCK_ROWS) * BLOCK_BYTES, arena);
    this.sizes = new AtomicIntegerArray(count);
    this.lastBlocks = new int[count];
    for (int list = 0; list < count; list++) {
      lastBlocks[list] = list;
    }
    this.usedBlocks = count;
  }

  /// The centroids, borrowed.
  public Partition.Centroids centroids() {
    return centroids;
  }

  /// What a search does that is not told how.
  public Tuning tuning() {
    return tuning;
  }

  /// Number of lists.
  public int count() {
    return lastBlocks.length;
  }

  /// Bytes of memory in use.
  public long bytes() {
    filling.lock();
    try {
      // Centroids are there to be scored, as points, and packed.
      return centroids.coarse().bytes()
          + 2 * centroids.rows().bytes(count())
          + usedBlocks * BLOCK_BYTES;
    } finally {
      filling.unlock();
    }
  }

  /// Puts rows into the lists of their nearest centroids, and into second ones if rows are spilled.
  /// Thread-safe; each row must be added once.
  ///
  /// @param ordinals of rows written before, by this thread or with a happens-before edge to it
  /// @param count how many they are, best [#BATCH]
  public void add(int[] ordinals, int count) {
    int[] nearest = nearest(ordinals, count);
    int[] second = spill ? second(ordinals, count, nearest) : nearest;
    filling.lock();
    try {
      for (int i = 0; i < count; i++) {
        append(nearest[i], ordinals[i]);
        if (spill) {
          append(second[i], ~ordinals[i]);
        }
      }
    } finally {
      filling.unlock();
    }
  }

  /// The nearest centroids of the first `count` rows.
  private int[] nearest(int[] ordinals, int count) {
    int[] nearest = new int[count];
    RowProducts free = idle.poll();
    RowProducts worker = free == null ? new RowProducts() : free;
    clusters.assign(Partition.points(rows), ordinals, 0, count, nearest, new float[count], worker);
    idle.add(worker);
    return nearest;
  }

  private int[] second(int[] ordinals, int count, int[] nearest) {
    int[] second = new int[count];
    SecondCentroids free = idleSeconds.poll();
    SecondCentroids worker = free == null ? new SecondCentroids(clusters, arena) : free;
    worker.find(Partition.points(rows), ordinals, 0, count, nearest, second);
    idleSeconds.add(worker);
    return second;
  }

  private void append(int list, int ordinal) {
    int size = sizes.getPlain(list);
    int place = size % BLOCK_ROWS;
    if (place == 0 && size > 0) {
      blocks.setAtIndex(JAVA_INT, (long) lastBlocks[list] * BLOCK, usedBlocks);
      lastBlocks[list] = usedBlocks++;
    }
    blocks.setAtIndex(JAVA_INT, (long) lastBlocks[list] * BLOCK + 1 + place, ordinal);
    sizes.setRelease(list, size + 1);
  }

  /// For every row below `bound` the list of its nearest centroid, or [Partition#UNKNOWN] if it is
  /// in none yet.
  public int[] listsOf(int bound) {
    int[] listOf = new int[bound];
    Arrays.fill(listOf, Partition.UNKNOWN);
    for (int list = 0; list < count(); list++) {
      for (int ordinal : entriesOf(list)) {
        if (ordinal >= 0 && ordinal < bound) {
          listOf[ordinal] = list;
        }
      }
    }
    return listOf;
  }

  /// How far rows lie from their centroids, in terms of those that the centroids were learnt from:
  /// the mean squared distance of the former by that of the latter.
  ///
  /// @param sample which rows, at least one
  public double drift(int[] sample) {
    double sum =
        Partition.error(
            clusters.centroids(),
            Partition.points(rows),
            sample,
            0,
            sample.length,
            nearest(sample, sample.length));
    return centroids.error() > 0 ? sum / sample.length / centroids.error() : 1;
  }

  /// Lists that a search is likely to read.
  public int likely(Reach reach) {
    return switch (reach) {
      case Reach.Measured(double recall) -> Math.max(1, tuning.at(recall).nprobe() / Tuning.MOST);
      case Reach.Until(int nprobe, _, _) -> nprobe;
    };
  }

  /// Offers the rows of the lists nearest to a query to `hits`, with raw scores. Goes on to more
  /// lists than asked for while there are fewer hits than wanted.
  ///
  /// Sees all rows whose [#add] returned before, and maybe more.
  ///
  /// @param query of the space of the rows
  /// @param reach how many lists to read. As many candidates are watched for what is a change as in
  ///   the file that the centroids are of
  /// @param accepted rows that may be returned; asked only for those that score well enough
  /// @param work counts the rows compared and the lists read
  public void search(
      QueryBuffer query,
      Reach reach,
      OrdinalFilter accepted,
      TopK hits,
      IvfScratch scratch,
      SearchWork work) {
    work.stages.begin(work);
    Tuning.Setting setting = tuning.of(reach);
    TopK candidates = scratch.candidates;
    candidates.reset(Math.max(hits.k(), setting.candidates(hits.k())));
    ListOrder order = scratch.order;
    order.bind(centroids.coarse(), query, work);
    int filled = countRows(scratch);
    int[] known = scratch.listSizes;
    Reach.Until until = reach instanceof Reach.Until asked ? asked : setting.reach();
    order.begin(known, filled, until, hits.k());
    work.stages.end("coarse", order.width(), count(), order.ranked(), work);
    long compared = work.distanceComputations;
    scratch.fitCandidates(BLOCK_ROWS);
    scratch.scorer.bind(rows, query);
    OrdinalFilter once = spill ? scratch.once.reset(accepted, rows.capacity()) : accepted;
    while (!scratch.stop.getAsBoolean() && order.advance(candidates)) {
      read(order.list(), known[order.list()], once, candidates, scratch, work);
      order.done(candidates);
    }
    scratch.fitCandidates(candidates.size());
    int count = candidates.drainTo(scratch.ordinals, scratch.scores);
    for (int i = 0; i < count; i++) {
      hits.offer(scratch.ordinals[i], scratch.scores[i]);
    }
    long read = work.distanceComputations - compared;
    work.stages.end("scan", rows.space().dimension(), read, hits.size(), work);
  }

  /// Leaves the rows that every list has now in `scratch.listSizes`, and returns how many have
  /// some.
  private int countRows(IvfScratch scratch) {
    int count = count();
    scratch.fitLists(count);
    int filled = 0;
    for (int list = 0; list < count; list++) {
      int size = sizes.getAcquire(list);
      scratch.listSizes[list] = size;
      filled += size > 0 ? 1 : 0;
    }
    return filled;
  }

  private void read(
      int list, int size, OrdinalFilter accepted, TopK hits, IvfScratch scratch, SearchWork work) {
    int[] ordinals = scratch.ordinals;
    float[] scores = scratch.scores;
    int block = list;
    for (int left = size; left > 0; left -= BLOCK_ROWS) {
      int count = copy(block, left, ordinals);
      for (int i = 0; i < count; i++) {
        ordinals[i] = row(ordinals[i]);
      }
      scratch.scorer.score(ordinals, count, scores);
      scratch.scorer.count(count, work);
      float floor = hits.floor();
      for (int i = 0; i < count; i++) {
        // Written so that a NaN, which compares false, is still offered.
        if (!(scores[i] < floor) && accepted.accepts(ordinals[i])) {
          hits.offer(ordinals[i], scores[i]);
          floor = hits.floor();
        }
      }
      if (scratch.stop.getAsBoolean()) {
        return;
      }
      block = next(block);
    }
    work.nodesVisited++;
  }

  /// Copies the ordinals of a block of which so many or more are left, and returns how many.
  private int copy(int block, int left, int[] ordinals) {
    int count = Math.min(BLOCK_ROWS, left);
    MemorySegment.copy(blocks, JAVA_INT, block * BLOCK_BYTES + Integer.BYTES, ordinals, 0, count);
    return count;
  }

  private int next(int block) {
    return blocks.getAtIndex(JAVA_INT, (long) block * BLOCK);
  }

  /// The row that an entry of a list stands for.
  private static int row(int entry) {
    return entry ^ entry >> (Integer.SIZE - 1);
  }

  /// The rows of a list, in the order in which they were added; of those spilled to it the
  /// complements of their ordinals.
  int[] entriesOf(int list) {
    int size = sizes.getAcquire(list);
    int[] ordinals = new int[size];
    int[] copied = new int[BLOCK_ROWS];
    int block = list;
    for (int read = 0; read < size; read += BLOCK_ROWS) {
      System.arraycopy(copied, 0, ordinals, read, copy(block, size - read, copied));
      block = next(block);
    }
    return ordinals;
  }

  /// Checks that each of the first rows is in one list, and none in two, or, if rows are spilled,
  /// that each is in a second one as well, while nobody adds any.
  ///
  /// @param first ordinal after the last of those rows
  /// @param violations takes what is wrong
  public void verify(int first, List<String> violations) {
    BitSet seen = new BitSet(first);
    BitSet spilled = new BitSet(first);
    for (int list = 0; list < count(); list++) {
      for (int entry : entriesOf(list)) {
        note(list, row(entry), entry < 0 ? spilled : seen, violations);
      }
    }
    missing(seen, first, "list", violations);
    if (spill) {
      missing(spilled, first, "second list", violations);
    }
  }

  private static void note(int list, int row, BitSet seen, List<String> violations) {
    if (seen.get(row)) {
      violations.add("row %d is in list %d and once more".formatted(row, list));
    }
    seen.set(row);
  }

  private static void missing(BitSet seen, int first, String where, List<String> violations) {
    for (int row = seen.nextClearBit(0); row < first; row = seen.nextClearBit(row + 1)) {
      violations.add("row %d is in no %s".formatted(row, where));
    }
  }
}
