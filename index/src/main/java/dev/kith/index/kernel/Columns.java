package dev.kith.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Columns of a matrix, packed for a [ProductKernel] to multiply rows with. Owned by one thread
/// while they are set; after that, read by any.
public final class Columns {

  private final ProductKernel kernel;
  private final int count;
  private final int depth;
  private final MemorySegment panels;

  /// Reserves room for columns; all are of no account yet, so that no row is nearest to them.
  ///
  /// @param count columns, at least 1
  /// @param depth coordinates of each, at least 1
  /// @param arena frees the memory when it closes
  public Columns(int count, int depth, Arena arena) {
    this(ProductKernel.best(), count, depth, arena);
  }

  Columns(ProductKernel kernel, int count, int depth, Arena arena) {
    if (count < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "a matrix needs a column and a coordinate, got %d of %d".formatted(count, depth));
    }
    this.kernel = kernel;
    this.count = count;
    this.depth = depth;
    this.panels = arena.allocate(panelCount() * kernel.panelBytes(depth), 64);
    for (int column = 0; column < panelCount() * kernel.width(); column++) {
      panels.set(Points.FLOAT, at(column), Float.NEGATIVE_INFINITY);
    }
  }

  /// Sets a column.
  ///
  /// @param addend added to its products with every row
  /// @param source holds its coordinates, little-endian floats
  /// @param offset where they start, in bytes
  /// @throws IndexOutOfBoundsException if there is no such column, or the source is too short
  public void set(int column, float addend, MemorySegment source, long offset) {
    Objects.checkIndex(column, count);
    Bounds.check(source, offset, depth);
    long line = (long) kernel.width() * Float.BYTES;
    long at = at(column);
    panels.set(Points.FLOAT, at, addend);
    for (int i = 0; i < depth; i++) {
      at += line;
      panels.set(Points.FLOAT, at, source.get(Points.FLOAT, offset + ((long) i << 2)));
    }
  }

  /// Sets what is added to the products of a column with every row.
  ///
  /// @throws IndexOutOfBoundsException if there is no such column
  public void setAddend(int column, float addend) {
    panels.set(Points.FLOAT, at(Objects.checkIndex(column, count)), addend);
  }

  /// Sets one coordinate of all columns.
  ///
  /// @param source holds it, column after column, little-endian floats
  /// @param offset where they start, in bytes
  /// @throws IndexOutOfBoundsException if there is no such coordinate, or the source is too short
  public void setCoordinate(int coordinate, MemorySegment source, long offset) {
    Objects.checkIndex(coordinate, depth);
    Bounds.check(source, offset, count);
    long line = (long) kernel.width() * Float.BYTES;
    for (int column = 0; column < count; column += kernel.width()) {
      long bytes = Math.min(line, (long) (count - column) * Float.BYTES);
      long from = offset + (long) column * Float.BYTES;
      MemorySegment.copy(source, from, panels, at(column) + (coordinate + 1) * line, bytes);
    }
  }

  /// Lets no row be nearest to a column.
  ///
  /// @throws IndexOutOfBoundsException if there is no such column
  public void disregard(int column) {
    panels.set(Points.FLOAT, at(Objects.checkIndex(column, count)), Float.NEGATIVE_INFINITY);
  }

  private long at(int column) {
    int width = kernel.width();
    return column / width * kernel.panelBytes(depth) + (long) (column % width) * Float.BYTES;
  }

  /// Columns there are.
  public int count() {
    return count;
  }

  /// Coordinates of a column.
  public int depth() {
    return depth;
  }

  ProductKernel kernel() {
    return kernel;
  }

  int panelCount() {
    return Math.ceilDiv(count, kernel.width());
  }

  MemorySegment panels() {
    return panels;
  }
}
