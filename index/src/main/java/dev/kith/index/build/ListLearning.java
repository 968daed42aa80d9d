package dev.kith.index.build;

import dev.kith.index.Require;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Projection;
import dev.kith.index.store.VectorRows;
import java.util.List;
import java.util.Optional;

/// What the lists of rows with prefixes are learnt from. No matter where there are none. (Rege et
/// al., *AdANNS: A framework for adaptive semantic search*, NeurIPS 2023, sections 4.1 and 4.2.)
public sealed interface ListLearning {

  /// Of the squared distances between rows, what prefixes hold that do instead of whole vectors.
  double HELD = 0.9;

  /// The narrowest prefixes that hold nine tenths of the squared distances between rows, which
  /// takes a fraction of the time; whole vectors if none hold as much.
  record AsSuits() implements ListLearning {}

  /// Whole vectors, whatever prefixes hold (AdANNS-IVF-D).
  record Whole() implements ListLearning {}

  /// Prefixes, whatever they hold (AdANNS-IVF).
  ///
  /// @param width the next one there is, or the widest; 0 for the narrowest that hold nine tenths,
  ///   or the widest if none do
  record Prefixes(int width) implements ListLearning {
    public Prefixes {
      Require.inRange("width", width, 0, Integer.MAX_VALUE);
    }
  }

  /// What makes the prefixes to learn from; empty for whole vectors.
  ///
  /// @param projection what makes the widest
  /// @param sources which of the rows there are
  /// @param seed of the pairs whose distances are compared
  default Optional<Projection> chosen(
      Projection projection, Codec.Prefix codec, VectorRows rows, int[] sources, long seed) {
    List<Integer> widths = codec.widthsOf(rows.space());
    return switch (this) {
      case AsSuits() -> projection.holding(HELD, widths, rows, sources, seed);
      case Whole() -> Optional.empty();
      case Prefixes(int width) when width == 0 ->
          projection.holding(HELD, widths, rows, sources, seed).or(() -> Optional.of(projection));
      case Prefixes(int width) ->
          Optional.of(
              projection.narrowed(
                  widths.stream()
                      .filter(each -> each >= width)
                      .findFirst()
                      .orElse(widths.getLast())));
    };
  }
}
