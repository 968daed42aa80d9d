package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.ivf.IvfParams;
import java.util.List;

/// What a report is to measure.
///
/// @param queries most queries, drawn at random, in `[20, 1000000]`: half of them choose settings,
///   the other half judges
/// @param lists of the inverted files, in `[0, 65536]`; 0 for the root of the number of rows
/// @param basis what prefixes are made of
/// @param widths coordinates of prefixes, ascending; none for those of [#USUAL_WIDTHS] below the
///   dimension
/// @param listDims coordinates that the lists of AdANNS-IVF are learnt from, those of the next
///   prefix, from 0; 0 for the narrowest that hold nine tenths of the squared distances, or the
///   widest if none do
/// @param threads that build, in `[1, 1024]`; one searches
/// @param seed of the draw of queries, and of the lists
public record AdaptiveSettings(
    int queries,
    int lists,
    Basis basis,
    List<Integer> widths,
    int listDims,
    int threads,
    long seed) {

  /// Widths where nobody says which.
  public static final List<Integer> USUAL_WIDTHS = List.of(32, 64, 96, 128, 192);

  /// @throws IllegalArgumentException if something is out of range
  public AdaptiveSettings {
    Require.inRange("queries", queries, 20, 1_000_000);
    Require.inRange("lists", lists, 0, IvfParams.MAX_LISTS);
    Require.inRange("list dims", listDims, 0, VectorSpace.MAX_DIMENSION);
    Require.inRange("build threads", threads, 1, 1024);
    widths = new Codec.Prefix(basis, widths).widths();
  }

  /// Lists for a data set.
  int listsOf(Dataset dataset) {
    int rows = dataset.base().rows();
    return lists == 0 ? (int) Math.round(Math.sqrt(rows)) : Math.min(lists, rows);
  }

  /// Prefixes for a data set.
  ///
  /// @throws IllegalArgumentException if a width is not below the dimension
  Codec.Prefix prefixesOf(Dataset dataset) {
    int dimension = dataset.space().dimension();
    List<Integer> suitable =
        widths.isEmpty()
            ? USUAL_WIDTHS.stream().filter(width -> width < dimension).toList()
            : widths;
    if (suitable.isEmpty() || suitable.getLast() >= dimension) {
      throw new IllegalArgumentException(
          "widths must be below the %d dimensions of %s, got %s; name others with --widths"
              .formatted(dimension, dataset.name(), widths.isEmpty() ? USUAL_WIDTHS : widths));
    }
    return new Codec.Prefix(basis, suitable);
  }
}
