package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;

/// Multiplies a few rows with many columns at a time: the register-blocked core of a matrix product
/// (Goto and van de Geijn, *Anatomy of high-performance matrix multiplication*, 2008). Stateless
/// and thread-safe.
///
/// ## Tiles and panels
///
/// A *tile* is [#ROWS] rows, coordinate by coordinate: coordinate `i` of row `r` is at `i * ROWS +
/// r`. A *panel* is [#width()] columns, likewise, below a line that holds what is added to each
/// column's products: its `depth + 1` lines of `width()` little-endian floats each are
/// [#panelBytes] long, and start on a multiple of 64 bytes at best. [Columns] packs columns so.
///
/// Every product is one chain of fused multiply-adds, from the addend on through the coordinates in
/// their order. So results are the same to the last bit with any width, and in every kernel.
public sealed interface ProductKernel permits ScalarProductKernel, SimdProductKernel {

  /// Rows of a tile.
  int ROWS = 5;

  /// Returns the fastest one for this process: see [VectorKernel#best()].
  static ProductKernel best() {
    return KernelChoice.PRODUCT;
  }

  /// Returns the one that defines what the right results are.
  static ProductKernel scalar() {
    return ScalarProductKernel.INSTANCE;
  }

  /// Columns of a panel.
  int width();

  /// Bytes of a panel of columns of `depth` coordinates.
  default long panelBytes(int depth) {
    return (depth + 1L) * width() * Float.BYTES;
  }

  /// Multiplies a tile with a panel.
  ///
  /// @param tiles hold the tile
  /// @param tile where it starts: it is `depth * ROWS` floats
  /// @param panels holds the panel
  /// @param offset where it starts, in bytes
  /// @param depth coordinates of a row, at least 1
  /// @param products takes those of row `r` and column `c` at `r * width() + c`
  /// @throws IndexOutOfBoundsException if an operand is too short, or there is no room
  void multiply(
      float[] tiles, int tile, MemorySegment panels, long offset, int depth, float[] products);

  /// Keeps, for every row and every place in a panel, the larger of what was kept and a product.
  ///
  /// @param products as [#multiply] leaves them
  /// @param panel number of the panel
  /// @param best the largest products so far
  /// @param bestPanel numbers of the panels that they are from
  /// @throws IndexOutOfBoundsException if an array is shorter than `ROWS * width()`
  void keepLargest(float[] products, int panel, float[] best, int[] bestPanel);
}
