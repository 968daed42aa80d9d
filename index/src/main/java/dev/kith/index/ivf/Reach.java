package dev.kith.index.ivf;

import dev.kith.index.Require;

/// How many of the lists near a query are read.
public sealed interface Reach {

  /// Most lists that can be named, as many as a file may have.
  int ALL = IvfParams.MAX_LISTS;

  /// What is read unless something else is asked for.
  Measured DEFAULT = new Measured(0.95);

  /// As many as find a share of the ten nearest rows, by what was measured when the file was
  /// written: see [Tuning].
  ///
  /// @param recall the share, in `[0, 0.995]`: of more, nothing is known
  record Measured(double recall) implements Reach {
    public static final double MOST = 0.995;

    public Measured {
      if (!(recall >= 0 && recall <= MOST)) {
        throw new IllegalArgumentException(
            "recall must be from 0 to %s, got %s".formatted(MOST, recall));
      }
    }
  }

  /// The nearest ones, until one of three things has happened. At least one list is read, and more
  /// than this while there are fewer rows than wanted.
  ///
  /// @param nprobe lists were read, in `[1, 65536]`
  /// @param mass they hold this share of the softmax of all centroids' scores ("nucleus"), in `(0,
  ///   1]`. Its temperature is the standard deviation of those scores, so that it depends on no
  ///   unit; a query whose nearest centroids stand out reads few lists
  /// @param patience so many lists in a row changed none of the candidates, in `[1, 65536]`. (After
  ///   Teofili and Lin, *Patience in proximity*, CIKM 2024, where it is the hits that are watched:
  ///   the candidates, of which there are more, tell sooner. For recall@10 of .95 and .99, twenty
  ///   and forty candidates need 15 to 30 % fewer rows than a fixed number of lists, ten need 10 to
  ///   21 %.)
  record Until(int nprobe, double mass, int patience) implements Reach {
    public Until {
      Require.inRange("nprobe", nprobe, 1, ALL);
      Require.inRange("patience", patience, 1, ALL);
      if (!(mass > 0 && mass <= 1)) {
        throw new IllegalArgumentException("mass must be above 0 and at most 1, got " + mass);
      }
    }

    /// So many lists, whatever is in them.
    public Until(int nprobe) {
      this(nprobe, 1, ALL);
    }
  }
}
