package dev.kith.index.ivf;

import dev.kith.index.codec.Widths;
import java.util.List;

/// What searches by prefixes cost, in products of coordinates. A value.
///
/// A row counts for some products more than its coordinates, so that what takes the fewest takes
/// the least time too. (Of MNIST, 60,000 rows of 784 dimensions, a product takes .13 ns, a row that
/// is compared besides some 4 ns, and one that is kept 20 ns.)
///
/// @param dimension of whole vectors
/// @param hasAxes whether prefixes of a query are made by products of their own
/// @param lists there are
/// @param rows in all lists
record LadderCost(int dimension, boolean hasAxes, int lists, int rows) {

  /// Products for which a row counts that is compared in its turn.
  private static final int ROW = 32;

  /// Products for which a row counts that is kept: a place in a heap, and a read from anywhere.
  private static final int KEPT = 128;

  /// Of a search that compares whole vectors.
  ///
  /// @param nprobe lists that it reads
  double full(int nprobe) {
    return (double) lists * dimension + read(nprobe) * (dimension + ROW);
  }

  /// Of a search that compares prefixes first.
  double of(Widths.Ladder ladder, int nprobe) {
    int coarse = ladder.coarse() == 0 ? dimension : ladder.coarse();
    int first = Math.max(ladder.coarse(), ladder.first());
    return (double) lists * coarse
        + projected(first)
        + read(nprobe) * (ladder.first() + ROW)
        + after(ladder)
        + (double) KEPT * kept(ladder);
  }

  /// Products of a search after its first comparison of rows.
  double after(Widths.Ladder ladder) {
    List<Widths.Rung> rungs = ladder.rungs();
    double products = (double) rungs.getLast().keep() * dimension;
    for (int i = 1; i < rungs.size(); i++) {
      int added = rungs.get(i).width() - rungs.get(i - 1).width();
      products += (double) rungs.get(i - 1).keep() * added;
    }
    int known = Math.max(ladder.coarse(), ladder.first());
    int widest = rungs.getLast().width();
    return widest > known ? products + projected(widest) - projected(known) : products;
  }

  private static long kept(Widths.Ladder ladder) {
    return ladder.rungs().stream().mapToLong(Widths.Rung::keep).sum();
  }

  private double read(int nprobe) {
    return (double) rows * Math.min(nprobe, lists) / lists;
  }

  private double projected(int width) {
    return hasAxes ? (double) width * dimension : 0;
  }
}
