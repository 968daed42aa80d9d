package dev.kith.index.codec;

import dev.kith.index.kernel.GridRow;
import dev.kith.index.kernel.LookupTable;

/// How what a row differs by from a centre is coded, four bits at a time, so that a
/// [dev.kith.index.kernel.FastScan] estimates its product with a query by lookups. A value.
///
/// A row is *prepared* first, as are centres and queries: rotated at random for a [RabitqCode], as
/// it is or rotated as was learnt for a [ProductCode], and padded with zeros to [#dimension()].
public sealed interface BlockCode permits RabitqCode, ProductCode {

  /// Coordinates of a prepared vector: a multiple of 16.
  int dimension();

  /// 4-bit codes a vector: a multiple of four.
  int lookups();

  /// Replaces [GridRow#difference] by the vector that is nearest to it among those that have a
  /// code. Sets the first [#lookups()] of [GridRow#codes], [GridRow#gridWithRow] and
  /// [GridRow#gridWithCentre].
  ///
  /// @param centre prepared, what the difference is from
  /// @param row with [GridRow#squaredNorm] set
  void round(float[] centre, GridRow row);

  /// Fills the table for a query: the value of a row's codes becomes the inner product of what they
  /// stand for and the query.
  ///
  /// @param query prepared, finite
  /// @param table of [#lookups()] lookups
  void fill(float[] query, LookupTable table);
}
