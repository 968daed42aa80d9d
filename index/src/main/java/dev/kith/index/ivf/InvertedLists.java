package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.Widths;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Centroids, and the codes of the rows around each. Thread-safe, over memory that someone else
/// owns.
public final class InvertedLists {

  // Static, so that the optimiser knows which one it is.
  private static final FastScan FAST_SCAN = FastScan.best();

  private final CoarseQuantizer coarse;
  private final @Nullable PrefixRows prefixes;
  private final int[] starts;
  private final Spill spill;
  private final int[] entryStarts;
  private final int[] sizes;
  private final int filled;
  private final int[] firstBlocks;
  private final ListCodes codes;

  /// @param coarse finds the lists
  /// @param starts as of a [Partition]
  /// @param spill rows that are in a second list
  public InvertedLists(CoarseQuantizer coarse, int[] starts, Spill spill, ListCodes codes) {
    this(coarse, Optional.empty(), starts, spill, codes);
  }

  /// @param prefixes of the centroids, made as those of the rows are; empty if there are none
  public InvertedLists(
      CoarseQuantizer coarse,
      Optional<PrefixRows> prefixes,
      int[] starts,
      Spill spill,
      ListCodes codes) {
    this.coarse = coarse;
    this.prefixes = prefixes.orElse(null);
    this.starts = starts;
    this.spill = spill;
    this.entryStarts = spill.entryStarts(starts);
    this.sizes = new int[starts.length - 1];
    Arrays.setAll(sizes, list -> entryStarts[list + 1] - entryStarts[list]);
    this.filled = (int) IntStream.of(sizes).filter(size -> size > 0).count();
    this.firstBlocks = ListCodes.firstBlocks(entryStarts);
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

  /// Rows of a list, those spilled to it included.
  public int size(int list) {
    return sizes[list];
  }

  /// The rows that are in a second list.
  Spill spill() {
    return spill;
  }

  /// The position of an entry of a list.
  ///
  /// @param entry in `[0, size(list))`
  int position(int list, int entry) {
    int position = starts[list] + entry;
    int end = starts[list + 1];
    return position < end ? position : spill.position(spill.starts()[list] + position - end);
  }

  /// The list that a position is in, and not by being spilled.
  int listOf(int position) {
    return Partition.listOf(starts, position);
  }

  ListCodes codes() {
    return codes;
  }

  /// Widths at which centroids and rows have prefixes, ascending.
  List<Integer> prefixWidths() {
    return prefixes == null ? List.of() : prefixes.widths();
  }

  /// What searches by prefixes cost.
  LadderCost ladderCost() {
    boolean hasAxes = prefixes != null && prefixes.projection().hasAxes();
    return new LadderCost(space().dimension(), hasAxes, count(), size());
  }

  /// Begins to read the lists nearest to a query, in the order of `scratch`.
  ///
  /// @param wanted candidates there should be, if there are as many rows
  void begin(
      QueryBuffer query, Reach.Until reach, int wanted, IvfScratch scratch, SearchWork work) {
    if (prefixes != null && scratch.widths.coarse() > 0) {
      scratch.order.bind(coarse, prefixes, scratch.widths, query, work);
    } else {
      scratch.order.bind(coarse, query, work);
    }
    scratch.order.begin(sizes, filled, reach, wanted);
  }

  /// Accepts no row twice until it is asked for anew: of a row that is in two lists, the first
  /// estimate stands that is good enough.
  ///
  /// @param accepted rows that may be returned
  OrdinalFilter once(OrdinalFilter accepted, IvfScratch scratch) {
    return spill.size() == 0 ? accepted : scratch.once.reset(accepted, size());
  }

  /// Offers the rows of the lists nearest to a query, by their codes, to `candidates`. Goes on to
  /// more lists than asked for while there are fewer candidates than wanted.
  ///
  /// @param query bound before
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
    work.multiplyAdds += query.takeMultiplyAdds();
    ListOrder order = scratch.order;
    work.stages.end("coarse", order.width(), count(), order.ranked(), work);
    long compared = work.distanceComputations;
    OrdinalFilter once = once(accepted, scratch);
    while (!scratch.stop.getAsBoolean() && order.advance(candidates)) {
      scan(order.list(), order.score(), once, candidates, scratch, work);
      order.done(candidates);
    }
    long rows = work.distanceComputations - compared;
    work.stages.end("scan", scannedWidth(scratch), rows, candidates.size(), work);
  }

  /// Coordinates of a row that [#scan] compares at first, without those that pad it.
  private int scannedWidth(IvfScratch scratch) {
    return switch (codes) {
      case ListCodes.Rows(SegmentCodes rows)
          when rows instanceof PrefixRows && scratch.widths instanceof Widths.Certified ->
          scratch.certified.width();
      case ListCodes.Plain _, ListCodes.Rows _ ->
          (int) Math.min(space().dimension(), scratch.bound.multiplyAdds());
      case ListCodes.Relative _ -> 0;
    };
  }

  /// Prepares the query for [#scan].
  void bind(QueryBuffer query, IvfScratch scratch) {
    switch (codes) {
      case ListCodes.Plain(VectorRows rows) -> scratch.bound = scratch.scorer.bind(rows, query);
      case ListCodes.Rows(var rows) ->
          scratch.bound = scratch.codeScorer.bind(rows, query, scratch.widths);
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
  /// @param accepted of [#once], or a row may be offered for both of its lists
  void scan(
      int list,
      float base,
      OrdinalFilter accepted,
      TopK candidates,
      IvfScratch scratch,
      SearchWork work) {
    switch (codes) {
      case ListCodes.Blocks blocks ->
          scanBlocks(blocks, list, base, accepted, candidates, scratch, work);
      case ListCodes.Words _ -> {
        scratch.productScorer.setBase(base);
        scanEntries(list, 0, accepted, candidates, scratch, work);
      }
      case ListCodes.Rows(SegmentCodes rows)
          when rows instanceof PrefixRows && scratch.widths instanceof Widths.Certified ->
          scanCertified(list, accepted, candidates, scratch, work);
      case ListCodes.Plain _, ListCodes.Rows _ -> {
        FlatScan.Range own = new FlatScan.Range(starts[list], starts[list + 1]);
        scratch.flatScan.scan(scratch.bound, own, accepted, candidates, scratch.stop, work);
        scanEntries(list, starts[list + 1] - starts[list], accepted, candidates, scratch, work);
      }
    }
    work.nodesVisited++;
  }

  private void scanCertified(
      int list, OrdinalFilter accepted, TopK hits, IvfScratch scratch, SearchWork work) {
    FlatScan.Range own = new FlatScan.Range(starts[list], starts[list + 1]);
    scratch.certified.scan(own, accepted, hits, scratch.stop, work);
    int ownRows = starts[list + 1] - starts[list];
    int spilled = sizes[list] - ownRows;
    if (spilled > 0) {
      scratch.fitCandidates(spilled);
      for (int i = 0; i < spilled; i++) {
        scratch.ordinals[i] = position(list, ownRows + i);
      }
      scratch.certified.scan(scratch.ordinals, spilled, accepted, hits, work);
    }
  }

  /// Scores what is not in blocks: words by entry, and rows where they are.
  private void scanEntries(
      int list,
      int from,
      OrdinalFilter accepted,
      TopK candidates,
      IvfScratch scratch,
      SearchWork work) {
    scratch.fitCandidates(FlatScan.BLOCK);
    int[] positions = scratch.ordinals;
    float[] scores = scratch.scores;
    Scorer scorer = scratch.bound;
    for (int first = from; first < sizes[list]; first += FlatScan.BLOCK) {
      if (scratch.stop.getAsBoolean()) {
        return;
      }
      int count = Math.min(FlatScan.BLOCK, sizes[list] - first);
      for (int i = 0; i < count; i++) {
        positions[i] = position(list, first + i);
      }
      if (codes instanceof ListCodes.Words) {
        scorer.scoreRange(entryStarts[list] + first, count, scores);
      } else {
        scorer.score(positions, count, scores);
      }
      scorer.count(count, work);
      float floor = candidates.floor();
      for (int i = 0; i < count; i++) {
        // Written so that a NaN, which compares false, is still offered.
        if (!(scores[i] < floor) && accepted.accepts(positions[i])) {
          candidates.offer(positions[i], scores[i]);
          floor = candidates.floor();
        }
      }
    }
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
    for (int first = 0; first < sizes[list]; first += FastScan.BLOCK) {
      int above =
          FAST_SCAN.estimate(
              scratch.table, blocks.format(), blocks.blocks(), at, base, floor, estimates);
      if (above != 0) {
        do {
          int place = Integer.numberOfTrailingZeros(above);
          above &= above - 1;
          if (estimates[place] > floor) {
            int position = position(list, first + place);
            if (accepted.accepts(position)) {
              candidates.offer(position, estimates[place]);
              floor = candidates.floor();
            }
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
