package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.GraphCompactor;
import dev.kith.index.hnsw.HnswGraph;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Partition;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Resource;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes one segment file of the live rows of sealed segments.
///
/// Start it, call [#linkNext] from any number of threads until it returns false in all of them,
/// write, close. The inputs stay as they are and may be searched; they must stay open until this is
/// closed.
///
/// The inputs may be of other indexes than the file is to have.
///
/// An inverted file keeps the centroids of the largest input that has some, as long as they suit;
/// all rows are put into lists and coded afresh, which takes seconds.
///
/// The largest graph that was built with the same parameters, in whatever layout, is the core of
/// the new one: it is compacted (see [GraphCompactor]), and the rows of the other inputs are linked
/// into it. A graph more than three tenths of whose rows are dead is no core; without any, all rows
/// are linked afresh.
///
/// Memory beside the file: of one input that is a core, its links a second time, and 16 bytes a
/// row. Otherwise what a growing segment of all the live rows takes, vectors included, and while
/// the core is compacted, its links once more and 16 bytes a row. Writing the layout FAST takes as
/// much as the vectors besides, and about 2 MiB a thread; writing codes takes as much as those.
public final class SegmentMerge implements Resource {

  /// Rows between two reports.
  private static final int REPORT_ROWS = 1024;

  /// Share of its rows that must be alive in the graph that the others are linked into.
  ///
  /// Measured on 30,000 rows of GloVe-100, m 16: compacting a graph with a tenth, two tenths or
  /// three tenths of its rows dead costs three fifths of linking the living afresh, and .1, .1 or
  /// .35 points of recall@100. With fewer dead it costs less: a tenth of that with one in fifty.
  private static final double LEAST_LIVE_SHARE = 0.7;

  /// Lists may be so many times as few or as many as suit the rows before centroids are learnt
  /// afresh: they follow the root of the number of rows, which may grow to four times.
  private static final int MOST_LISTS_TIMES = 2;

  /// [ListStats#drift] from which on centroids are learnt afresh.
  static final double MOST_DRIFT = 1.2;

  private final IndexSpec index;
  private final int rows;

  /// The one input, if it is written as it stands.
  private final @Nullable SealedSegment only;

  /// The rows of all inputs, if they are linked first.
  private final @Nullable GrowingSegment grown;

  /// Centroids to put the rows of all inputs around, if some are worth keeping.
  private final Partition.@Nullable Centroids centroids;

  private SegmentMerge(
      IndexSpec index,
      int rows,
      @Nullable SealedSegment only,
      @Nullable GrowingSegment grown,
      Partition.@Nullable Centroids centroids) {
    this.index = index;
    this.rows = rows;
    this.only = only;
    this.grown = grown;
    this.centroids = centroids;
  }

  /// Decides which rows are alive and prepares what can be kept of their graphs. A row killed after
  /// this was called may still be in the file: whoever opens it repeats such kills.
  ///
  /// @param index which index the file is to have
  /// @param inputs at least one, of the same space; all labels of one below all of the next
  /// @param progress hears of this step alone; an exception that it throws ends the merge
  /// @throws IllegalArgumentException if the inputs do not fit together
  public static SegmentMerge start(
      IndexSpec index, List<SealedSegment> inputs, SealProgress progress) {
    requireAscending(inputs);
    index.requireHolds(inputs.getFirst().space());
    if (inputs.size() == 1 && isCore(inputs.getFirst(), index)) {
      SealedSegment only = inputs.getFirst();
      return new SegmentMerge(index, only.liveCount(), only, null, null);
    }
    GrowingSegment grown = new Preparation(index, inputs, progress).run();
    return new SegmentMerge(
        index, grown.size(), null, grown, centroids(index, inputs, grown.size()));
  }

  /// Brings the live rows of a segment together, none of them linked.
  ///
  /// @param progress hears of rows copied; an exception that it throws ends it
  static GrowingSegment liveRows(IndexSpec index, SegmentReader segment, SealProgress progress) {
    return new Preparation(index, List.of(segment), progress).run();
  }

  /// The centroids of the largest input that has such lists, unless others would be learnt now:
  /// many more or fewer for so many rows, or because its rows lie too far from those.
  private static Partition.@Nullable Centroids centroids(
      IndexSpec index, List<SealedSegment> inputs, int rows) {
    Partition.Centroids best = null;
    if (index instanceof IndexSpec.Ivf(IvfParams params, _)) {
      int largest = 0;
      for (SealedSegment input : inputs) {
        Partition.Centroids known = input.centroids();
        boolean suits = known != null && suits(known, params, rows) && !hasDrifted(input);
        if (suits && input.liveCount() > largest) {
          largest = input.liveCount();
          best = known;
        }
      }
    }
    return best;
  }

  private static boolean hasDrifted(SealedSegment input) {
    return input.listStats().map(ListStats::drift).orElse(1.0) > MOST_DRIFT;
  }

  /// Whether there are about as many centroids as would be learnt for so many rows.
  static boolean suits(Partition.Centroids known, IvfParams params, int rows) {
    int lists = known.rows().capacity();
    int wanted = params.listsFor(rows);
    return params.lists() == 0
        ? wanted <= MOST_LISTS_TIMES * lists && lists <= MOST_LISTS_TIMES * wanted
        : wanted == lists;
  }

  private static void requireAscending(List<SealedSegment> inputs) {
    VectorSpace space = inputs.getFirst().space();
    long last = Long.MIN_VALUE;
    for (SealedSegment input : inputs) {
      if (!input.space().equals(space)) {
        throw new IllegalArgumentException(
            "segments of %s cannot be merged with one of %s".formatted(space, input.space()));
      }
      if (input.size() > 0) {
        long least = input.label(input.ordinalAt(0));
        if (least <= last) {
          throw new IllegalArgumentException(
              "segments must follow each other: expected labels above %d, %s begins with %d"
                  .formatted(last, input.file(), least));
        }
        last = input.label(input.ordinalAt(input.size() - 1));
      }
    }
  }

  /// Whether what is left of a segment's graph, or a scan without any, can be kept.
  private static boolean isCore(SealedSegment segment, IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat(_) -> !(segment.index() instanceof IndexSpec.Ivf);
      case IndexSpec.Ivf(_, _) -> false;
      case IndexSpec.Hnsw(var params, _, _) ->
          segment.index() instanceof IndexSpec.Hnsw(var built, _, _)
              && built.equals(params)
              && isWorthKeeping(segment);
    };
  }

  /// Whether so many rows of a segment are alive that its graph is better compacted than built
  /// afresh.
  static boolean isWorthKeeping(SegmentReader segment) {
    return segment.liveCount() >= LEAST_LIVE_SHARE * segment.size();
  }

  /// Live rows when the merge was started.
  public int rows() {
    return rows;
  }

  /// Rows, from the first on, that need no linking any more.
  public int linked() {
    return grown == null ? rows : grown.linked();
  }

  /// Links the next row. For any number of threads.
  ///
  /// @param scratch owned by the calling thread
  /// @return false if every row is linked or being linked
  public boolean linkNext(HnswScratch scratch) {
    return grown != null && grown.linkNext(scratch);
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// @param lsn log sequence number that the rows cover; given back by [SealedSegment#lsn]
  /// @param threads that encode the layout FAST or words, the calling one included, in `[1, 1024]`;
  ///   the file is the same with any number of them
  /// @param progress hears of this step alone; an exception that it throws ends the merge
  /// @throws IllegalStateException if a row is not linked
  public void write(Path file, long lsn, int threads, SealProgress progress) throws IOException {
    if (grown != null) {
      grown.seal(
          file,
          lsn,
          threads,
          progress,
          centroids == null ? null : new KnownLists(centroids, new int[0]));
    } else if (only != null) {
      new SegmentSealer(only, index, only.graph(), lsn, threads, progress).write(file);
    }
  }

  @Override
  public void close() {
    if (grown != null) {
      grown.close();
    }
  }

  /// Brings the live rows of all inputs together, with the graph of one of them.
  private static final class Preparation {
    private final IndexSpec index;
    private final List<? extends SegmentReader> inputs;
    private final SealProgress progress;

    /// For every row of every input its ordinal in the merged segment, or -1 if it is dead.
    private final int[][] newOrdinals;

    /// For every input the ordinal of its first live row.
    private final int[] first;

    private final int rows;
    private final int core;
    private final long total;
    private int reported;

    Preparation(IndexSpec index, List<? extends SegmentReader> inputs, SealProgress progress) {
      this.index = index;
      this.inputs = inputs;
      this.progress = progress;
      this.newOrdinals = new int[inputs.size()][];
      this.first = new int[inputs.size() + 1];
      for (int i = 0; i < newOrdinals.length; i++) {
        newOrdinals[i] = number(inputs.get(i), i);
      }
      this.rows = first[newOrdinals.length];
      this.core = core();
      this.total = rows + (core < 0 ? 0L : newOrdinals[core].length);
    }

    private int[] number(SegmentReader input, int i) {
      int[] ordinals = new int[input.size()];
      Tombstones tombstones = input.tombstones();
      int next = first[i];
      for (int position = 0; position < ordinals.length; position++) {
        int ordinal = input.ordinalAt(position);
        ordinals[ordinal] = tombstones.isDead(ordinal) ? -1 : next++;
      }
      first[i + 1] = next;
      return ordinals;
    }

    /// The input whose graph is kept, or -1.
    private int core() {
      int best = -1;
      if (index instanceof IndexSpec.Hnsw) {
        for (int i = 0; i < newOrdinals.length; i++) {
          if (live(i) > (best < 0 ? 0 : live(best))
              && inputs.get(i) instanceof SealedSegment sealed
              && isCore(sealed, index)) {
            best = i;
          }
        }
      }
      return best;
    }

    private int live(int i) {
      return first[i + 1] - first[i];
    }

    GrowingSegment run() {
      SegmentMemory memory = SegmentMemory.reserve(inputs.getFirst().space(), Math.max(1, rows));
      try {
        LinkedBy linkedBy = LinkedBy.of(index, memory);
        for (int i = 0; i < newOrdinals.length; i++) {
          copy(inputs.get(i), newOrdinals[i], memory, linkedBy);
        }
        @Nullable HnswGraph graph = graph(memory, linkedBy.rows());
        LinkQueue queue =
            core < 0
                ? new LinkQueue(graph == null ? 0 : rows)
                : new LinkQueue(rows, first[core], first[core + 1]);
        return new GrowingSegment(index, memory, linkedBy, graph, queue, rows);
      } catch (RuntimeException | Error failure) {
        memory.close();
        throw failure;
      }
    }

    private void copy(
        SegmentReader input, int[] ordinals, SegmentMemory memory, LinkedBy linkedBy) {
      for (int ordinal = 0; ordinal < ordinals.length; ordinal++) {
        int there = ordinals[ordinal];
        if (there >= 0) {
          memory.rows().copy(there, input.rows(), ordinal);
          linkedBy.set(there, memory.rows().segment(), memory.rows().offset(there));
          memory.labels().setAtIndex(SealedLayout.LONG, there, input.label(ordinal));
          report(there);
        }
      }
    }

    private @Nullable HnswGraph graph(SegmentMemory memory, VectorRows near) {
      SealedGraph kept =
          core >= 0 && inputs.get(core) instanceof SealedSegment sealed ? sealed.graph() : null;
      if (kept == null || !(index instanceof IndexSpec.Hnsw(var params, _, _))) {
        return memory.newGraph(index, near);
      }
      return new GraphCompactor(
              kept, inputs.get(core).rows(), newOrdinals[core], done -> report(rows + done))
          .grow(params, memory.rows(), near, memory.tombstones(), memory.arena());
    }

    private void report(int done) {
      if (done - reported >= REPORT_ROWS) {
        reported = done;
        progress.report(done, total);
      }
    }
  }
}
