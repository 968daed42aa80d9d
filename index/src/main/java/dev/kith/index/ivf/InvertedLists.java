package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Centroids, and the codes of the rows around each. Thread-safe, over memory that someone else
/// owns.
public final class InvertedLists {

  // Static, so that the optimiser knows which one it is.
  private static final FastScan FAST_SCAN = FastScan.best();

  private final CoarseQuantizer coarse;
  private final int[] starts;
  private final int[] sizes;
  private final int filled;
  private final int[] firstBlocks;
  private final ListCodes codes;

  /// @param coarse finds the lists
  /// @param starts as of a [Partition]
  public InvertedLists(CoarseQuantizer coarse, int[] starts, ListCodes codes) {
    this.coarse = coarse;
    this.starts = starts;
    this.sizes = new int[starts.length - 1];
    Arrays.setAll(sizes, list -> starts[list + 1] - starts[list]);
    this.filled = (int) IntStream.of(sizes).filter(size -> size > 0).count();
    this.firstBlocks = ListCodes.firstBlocks(starts);
    this.codes = codes;
  }

  /// The shape of every vector here.
  public VectorSpace space() {
    return coarse.centroids().space();
  }

  /// What finds the lists.
  public CoarseQuantizer coarse() {
    return coarse;
  }

  /// Number of lists.
  public int count() {
    return coarse.count();
  }

  /// Rows in all lists.
  public int size() {
    return starts[starts.length - 1];
  }

  /// Rows of a list.
  public int size(int list) {
    return sizes[list];
  }

  /// The first position of a list.
  int start(int list) {
    return starts[list];
  }

  /// The list that a position is in.
  int listOf(int position) {
    return Partition.listOf(starts, position);
  }

  ListCodes codes() {
    return codes;
  }

  /// Begins to read the lists nearest to a query, in the order of `scratch`.
  ///
  /// @param wanted candidates there should be, if there are as many rows
  void begin(
      QueryBuffer query, Reach.Until reach, int wanted, IvfScratch scratch, SearchWork work) {
    scratch.order.bind(coarse, query, work);
    scratch.order.begin(sizes, filled, reach, wanted);
  }

  /// Offers the rows of the lists nearest to a query, by their codes, to `candidates`. Goes on to
  /// more lists than asked for while there are fewer candidates than wanted.
  ///
  /// @param reach how many lists to read
  /// @param wanted candidates there should be, if there are as many rows
  /// @param accepted asked only for rows that score well enough
  void collect(
      QueryBuffer query,
      Reach.Until reach,
      int wanted,
      OrdinalFilter accepted,
      TopK candidates,
      IvfScratch scratch,
      SearchWork work) {
    begin(query, reach, wanted, scratch, work);
    bind(query, scratch);
    ListOrder order = scratch.order;
    while (!scratch.stop.getAsBoolean() && order.advance(candidates)) {
      scan(order.list(), order.score(), accepted, candidates, scratch, work);
      order.done(candidates);
    }
  }

  /// Prepares the query for [#scan].
  void bind(QueryBuffer query, IvfScratch scratch) {
    switch (codes) {
      case ListCodes.Plain(VectorRows rows) -> scratch.bound = scratch.scorer.bind(rows, query);
      case ListCodes.Rows(var rows) -> scratch.bound = scratch.codeScorer.bind(rows, query);
      case ListCodes.Blocks blocks -> {
        scratch.prepare(blocks, query);
        scratch.fitTable(blocks.code().lookups());
        blocks.code().fill(scratch.prepared, scratch.table);
      }
      case ListCodes.Words words -> {
        scratch.prepare(words, query);
        scratch.bound = scratch.productScorer.bind(words.rows(), scratch.prepared);
      }
    }
  }

  /// Offers the rows of a list to `candidates`.
  ///
  /// @param base score of its centroid
  void scan(
      int list,
      float base,
      OrdinalFilter accepted,
      TopK candidates,
      IvfScratch scratch,
      SearchWork work) {
    if (codes instanceof ListCodes.Blocks blocks) {
      scanBlocks(blocks, list, base, accepted, candidates, scratch, work);
    } else {
      if (codes instanceof ListCodes.Words) {
        scratch.productScorer.setBase(base);
      }
      FlatScan.Range range = new FlatScan.Range(starts[list], starts[list + 1]);
      scratch.flatScan.scan(scratch.bound, range, accepted, candidates, scratch.stop, work);
    }
    work.nodesVisited++;
  }

  private void scanBlocks(
      ListCodes.Blocks blocks,
      int list,
      float base,
      OrdinalFilter accepted,
      TopK candidates,
      IvfScratch scratch,
      SearchWork work) {
    long blockBytes = blocks.blockBytes();
    float[] estimates = scratch.estimates;
    float floor = candidates.floor();
    long at = firstBlocks[list] * blockBytes;
    for (int first = starts[list]; first < starts[list + 1]; first += FastScan.BLOCK) {
      int above = FAST_SCAN.estimate(scratch.table, blocks.blocks(), at, base, floor, estimates);
      if (above != 0) {
        do {
          int place = Integer.numberOfTrailingZeros(above);
          above &= above - 1;
          if (estimates[place] > floor && accepted.accepts(first + place)) {
            candidates.offer(first + place, estimates[place]);
            floor = candidates.floor();
          }
        } while (above != 0);
      }
      at += blockBytes;
    }
    int read = firstBlocks[list + 1] - firstBlocks[list];
    work.distanceComputations += (long) read * FastScan.BLOCK;
    work.bytesScanned += read * blockBytes;
  }
}
