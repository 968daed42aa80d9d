package dev.kith.index.ivf;

import dev.kith.index.TopK;
import dev.kith.index.codec.Widths;
import java.util.List;

/// What searches of a file do to find so much of the ten nearest rows, as measured when it was
/// written. A value.
///
/// @param settings at least one, by ascending recall
public record Tuning(List<Setting> settings) {

  /// Shares of the ten nearest rows that are measured for.
  public static final List<Double> RECALLS =
      List.of(0.8, 0.9, Reach.DEFAULT.recall(), 0.98, 0.99, Reach.Measured.MOST);

  /// Hits of the searches that are measured.
  static final int NEIGHBOURS = 10;

  /// Most lists that a search reads, in terms of those that would do if all read as many.
  static final int MOST = 4;

  /// What finds a share of the ten nearest rows.
  ///
  /// @param recall the share, in `(0, 1)`
  /// @param nprobe most lists to read, at least 1
  /// @param patience lists to read in a row that change none of the candidates, at least 1
  /// @param rescoreFactor rows scored exactly for each hit wanted, at least 1
  /// @param widths at which prefixes are compared, of searches for ten hits; [Widths.Usual] where
  ///   there are none
  /// @param multiplyAdds products of coordinates that this takes on average, of searches for ten
  ///   hits; 0 where nobody knows
  public record Setting(
      double recall,
      int nprobe,
      int patience,
      float rescoreFactor,
      Widths widths,
      double multiplyAdds) {

    /// Of rows that have no prefixes.
    public Setting(double recall, int nprobe, int patience, float rescoreFactor) {
      this(recall, nprobe, patience, rescoreFactor, new Widths.Usual(), 0);
    }

    /// At which widths prefixes are compared: of more hits than ten, as many times more rows are
    /// kept.
    Widths widths(int limit) {
      return widths instanceof Widths.Ladder(int coarse, List<Widths.Rung> rungs)
              && limit > NEIGHBOURS
          ? new Widths.Ladder(coarse, rungs.stream().map(rung -> scaled(rung, limit)).toList())
          : widths;
    }

    private static Widths.Rung scaled(Widths.Rung rung, int limit) {
      long keep = (long) rung.keep() * limit / NEIGHBOURS;
      return new Widths.Rung(rung.width(), (int) Math.min(Widths.MOST_KEPT, keep));
    }

    Reach.Until reach() {
      return new Reach.Until(nprobe, 1, patience);
    }

    /// Rows to score exactly for so many hits.
    int candidates(int limit) {
      return (int) Math.min(TopK.MAX_K, (long) Math.ceil((double) limit * rescoreFactor));
    }
  }

  public Tuning {
    if (settings.isEmpty()) {
      throw new IllegalArgumentException("a tuning has a setting at least, got none");
    }
    settings = List.copyOf(settings);
  }

  /// One setting for all.
  public static Tuning fixed(int nprobe, float rescoreFactor) {
    return new Tuning(
        List.of(new Setting(Reach.DEFAULT.recall(), nprobe, Reach.ALL, rescoreFactor)));
  }

  /// The first setting that finds as much as asked for; the last one if none does.
  public Setting at(double recall) {
    for (Setting setting : settings) {
      if (setting.recall >= recall) {
        return setting;
      }
    }
    return settings.getLast();
  }

  /// The setting of a search.
  Setting of(Reach reach) {
    return reach instanceof Reach.Measured(double recall) ? at(recall) : usual();
  }

  /// The setting of a search that is told how many lists to read, or nothing.
  public Setting usual() {
    return at(Reach.DEFAULT.recall());
  }
}
