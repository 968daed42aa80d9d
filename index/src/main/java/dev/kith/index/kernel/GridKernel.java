package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Replaces what a row differs by from a centre by the nearest point of a grid, whose coordinates
/// take one or two bits each. Stateless and thread-safe.
///
/// The grid of one bit is `{-1/2, 1/2}`, that of two bits `{-3/2, -1/2, 1/2, 3/2}`, times a width.
/// [#subtract] comes first, [#round] after it; both leave what they find in a [GridRow]. What they
/// find depends on nothing but the operands: not on how far the code is compiled, nor on the thread
/// that runs it.
public sealed interface GridKernel permits ScalarGridKernel, SimdGridKernel {

  /// Returns the fastest one for this process: see [VectorKernel#best()].
  static GridKernel best() {
    return KernelChoice.GRID;
  }

  /// Returns the one that defines what the right results are.
  static GridKernel scalar() {
    return ScalarGridKernel.INSTANCE;
  }

  /// Sets [GridRow#difference], [GridRow#squaredNorm] and [GridRow#withCentre].
  ///
  /// @param centre as many coordinates as the result has
  /// @param rows holds a row of as many little-endian floats, `offset` bytes from its start
  /// @throws IndexOutOfBoundsException if there are fewer
  void subtract(float[] centre, MemorySegment rows, long offset, GridRow result);

  /// Rounds [GridRow#difference] and sets [GridRow#codes], [GridRow#gridWithRow] and
  /// [GridRow#gridWithCentre].
  ///
  /// @param centre as for [#subtract]
  /// @param bits a coordinate, 1 or 2
  /// @param perWidth steps of the grid of two bits per unit of length; of no meaning to one bit
  void round(float[] centre, int bits, float perWidth, GridRow result);
}
