package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.GridRow;
import java.lang.foreign.MemorySegment;

/// What makes a raw score ([Scorer]) of the inner product of a query and what the code of a row,
/// relative to a centre, stands for: `base + addend + factor * product`, with the raw score of the
/// centre for a base. Owned by one worker.
///
/// With `o` the difference of a prepared row from the centre, `g` what its code stands for (a grid
/// point, the words of its parts), and `b = |o|² / <g, o>`, `<o, x>` is estimated by `b <g, x>` for
/// any prepared `x`: RaBitQ's estimator, without bias if rows were rotated at random. Applied to
/// the difference of query and centre, which is short where it matters:
///
/// - inner product: `<r, q> = <c, q> + <r - c, c> + <r - c, q - c>`
/// - squared distance: `|r - q|² = |q - c|² + |o|² - 2 <r - c, q - c>`
///
/// Everything but `<g, Pq>` is known beforehand.
final class CodeFactors {
  private final boolean euclidean;
  private final FactorFormat format;
  private float addend;
  private float factor;

  /// @param format in which they are kept: of two halves, the addend makes good what the product of
  ///   centre and code loses by the rounding of the factor
  CodeFactors(Metric metric, FactorFormat format) {
    this.euclidean = metric == Metric.EUCLIDEAN;
    this.format = format;
  }

  /// Finds those of a row.
  ///
  /// @param row with everything set but [GridRow#codes]
  void set(GridRow row) {
    double unbiased = row.gridWithRow == 0 ? 0 : row.squaredNorm / row.gridWithRow;
    float times = (float) (euclidean ? 2 * unbiased : unbiased);
    boolean representable = Float.isFinite(times);
    factor = representable ? format.nearest(times) : 0;
    double gridWithCentre = factor * row.gridWithCentre;
    float sum =
        (float) (euclidean ? -row.squaredNorm - gridWithCentre : row.withCentre - gridWithCentre);
    representable &= Float.isFinite(sum);
    // What is too far for floats is estimated as that far, not as a row that is not there.
    addend = format.nearest(representable ? sum : -Float.MAX_VALUE);
    factor = representable ? factor : 0;
  }

  /// Keeps what was found: see [FactorFormat#store].
  void store(MemorySegment target, long at, long apart) {
    format.store(addend, factor, target, at, apart);
  }
}
