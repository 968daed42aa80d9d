package dev.kith.index.codec;

/// One worker's scorers of codes, one a codec. Bound to one query after another without allocating.
/// Not thread-safe.
public final class CodeScorer {
  private static final Widths USUAL = new Widths.Usual();

  private final HalfScorer half = new HalfScorer();
  private final Int8Scorer int8 = new Int8Scorer();
  private final RabitqScorer rabitq = new RabitqScorer();
  private final LevelScorer level = new LevelScorer();
  private final ProductScorer product = new ProductScorer();
  private final PrefixScorer prefix = new PrefixScorer();

  /// Encodes a query for codes, whose prefixes are compared at their widest; otherwise as below.
  public Scorer bind(SegmentCodes codes, QueryBuffer query) {
    return bind(codes, query, USUAL);
  }

  /// Encodes a query for codes, into memory that belongs to it.
  ///
  /// @param widths of which the first is what prefixes are compared at
  /// @return what estimates scores from the codes, until the next call
  /// @throws IllegalArgumentException if codes and query are of different spaces
  public Scorer bind(SegmentCodes codes, QueryBuffer query, Widths widths) {
    return switch (codes) {
      case HalfRows rows -> half.bind(rows, query);
      case Int8Rows rows -> {
        Int8Query encoded = query.int8();
        encoded.set(query);
        yield int8.bind(rows, encoded);
      }
      case RabitqRows rows -> {
        RabitqQuery encoded = query.rabitq();
        encoded.set(rows, query);
        yield rabitq.bind(rows, encoded);
      }
      case LevelRows rows -> {
        LevelQuery encoded = query.levels();
        encoded.set(rows, query);
        yield level.bind(rows, encoded);
      }
      case WordRows rows -> product.bind(rows, query);
      case PrefixRows rows -> prefix.bind(rows, query, widths);
      case ProjectedCodes projected -> bind(projected.codes(), projected.project(query), widths);
    };
  }
}
