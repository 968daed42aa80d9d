package dev.kith.index.build;

import dev.kith.index.Require;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;

/// Finds an order in which near rows follow each other. In it rows are linked faster, because much
/// of what one insertion reads is in the processor's caches from those before.
///
/// The rows are taken in a few blocks of their own order. Each is arranged around *pivots*, rows of
/// its own: a row goes to its nearest pivot, and the pivots stand in a chain from one to the
/// nearest that is left. One block of all rows would be better for the caches but not for the
/// graph, which would finish one region after another: on GloVe-100, in ever fewer blocks, .947
/// (40), .945 (8) and .943 (4) of the ten nearest are found with a beam of 160, .946 in the natural
/// order, and linking takes 91, 75 and 79 % of the time.
///
/// A block stays as it is where consecutive rows are near each other already, as in WordNet.
///
/// Create it, call [#arrange] from any number of threads, and ask once all of them have returned.
public final class NearbyRows {

  private static final int MAX_BLOCKS = 8;

  /// Rows from which on there is more than one block, and least rows of each then.
  private static final int MIN_BLOCK_ROWS = 8_192;

  private static final int MAX_PIVOTS = 512;
  private static final int ROWS_PER_PIVOT = 64;

  /// Rows between two polls, minus one; a power of two, minus one.
  private static final int POLL_MASK = 1_023;

  /// Rows by which a block is judged.
  private static final int SAMPLE = 512;

  /// A block is arranged if its consecutive rows lack at least this share of the way from random
  /// pairs to rows and their pivots. (They lack .75 on GloVe-100, .17 on WordNet-MiniLM, where
  /// arranging makes linking no faster, and 1 on MNIST.)
  private static final double LACKING = 0.4;

  private final VectorRows rows;
  private final long seed;
  private final int blocks;
  private final int[] order;
  private final AtomicInteger claimed = new AtomicInteger();

  /// @param rows borrowed until the last [#arrange] has returned
  /// @param count rows to arrange, from the first one on, at least 1
  /// @param seed of the draw of pivots
  public NearbyRows(VectorRows rows, int count, long seed) {
    this.rows = rows;
    this.seed = seed;
    this.order = new int[Require.inRange("count", count, 1, rows.capacity())];
    this.blocks = Math.clamp(count / MIN_BLOCK_ROWS, 1, MAX_BLOCKS);
    Arrays.setAll(order, row -> row);
  }

  /// Arranges blocks that no thread has taken yet, until there are none.
  ///
  /// @param poll called now and then; an exception that it throws ends this call, and there is no
  ///   order then
  public void arrange(Runnable poll) {
    for (int block = claimed.getAndIncrement(); block < blocks; block = claimed.getAndIncrement()) {
      int from = start(block);
      int size = start(block + 1) - from;
      int pivots = Math.min(size / ROWS_PER_PIVOT, MAX_PIVOTS);
      if (pivots > 1) {
        try (Arena arena = Arena.ofConfined()) {
          new Block(from, size, pivots, new Random(seed + block), arena).arrange(poll);
        }
      }
    }
  }

  private int start(int block) {
    return (int) ((long) order.length * block / blocks);
  }

  /// All rows, each once.
  public int[] order() {
    return order;
  }

  /// Rows that follow each other, and what they are arranged around.
  private final class Block {
    private final int from;
    private final int size;
    private final Random random;
    private final VectorRows pivots;
    private final F32Scorer scorer = new F32Scorer();
    private final float[] scores;

    Block(int from, int size, int pivotCount, Random random, Arena arena) {
      this.from = from;
      this.size = size;
      this.random = random;
      this.pivots = VectorRows.reserve(rows.space(), pivotCount, arena);
      this.scores = new float[pivotCount];
      int[] drawn = random.ints(0, size).distinct().limit(pivotCount).toArray();
      for (int pivot = 0; pivot < pivotCount; pivot++) {
        pivots.copy(pivot, rows, from + drawn[pivot]);
      }
    }

    void arrange(Runnable poll) {
      poll.run();
      if (!isWorthwhile()) {
        return;
      }
      int[] rank = chain();
      int[] starts = new int[scores.length + 1];
      char[] group = new char[size];
      for (int row = 0; row < size; row++) {
        group[row] = (char) rank[nearestPivot(row)];
        starts[group[row] + 1]++;
        if ((row & POLL_MASK) == 0) {
          poll.run();
        }
      }
      for (int i = 1; i < starts.length; i++) {
        starts[i] += starts[i - 1];
      }
      for (int row = 0; row < size; row++) {
        order[from + starts[group[row]]++] = from + row;
      }
    }

    private boolean isWorthwhile() {
      double arranged = mean(row -> scores[nearestPivot(row)]);
      double natural = mean(row -> score(row, Math.min(row + 1, size - 1)));
      double unrelated = mean(row -> score(row, random.nextInt(size)));
      return arranged - natural > LACKING * (arranged - unrelated);
    }

    /// Mean over some rows.
    private double mean(IntToDoubleFunction score) {
      double sum = 0;
      for (int i = 0; i < SAMPLE; i++) {
        sum += score.applyAsDouble(random.nextInt(size));
      }
      return sum / SAMPLE;
    }

    private float score(int row, int other) {
      return scorer.bind(rows, from + row).score(from + other);
    }

    /// For every pivot its place in the chain.
    private int[] chain() {
      int[] rank = new int[scores.length];
      boolean[] taken = new boolean[scores.length];
      int pivot = 0;
      for (int place = 0; place < rank.length; place++) {
        rank[pivot] = place;
        taken[pivot] = true;
        scorer.bind(pivots, pivot).scoreRange(0, scores.length, scores);
        int nearest = pivot;
        for (int next = 0; next < scores.length; next++) {
          if (!taken[next] && (nearest == pivot || scores[next] > scores[nearest])) {
            nearest = next;
          }
        }
        pivot = nearest;
      }
      return rank;
    }

    /// The pivot with the best score, which is in `scores` then.
    private int nearestPivot(int row) {
      scorer.bind(pivots, rows, from + row).scoreRange(0, scores.length, scores);
      int nearest = 0;
      for (int pivot = 1; pivot < scores.length; pivot++) {
        if (scores[pivot] > scores[nearest]) {
          nearest = pivot;
        }
      }
      return nearest;
    }
  }
}
