package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/// Multiplies rows with [Columns], a tile at a time. Owned by one worker; reused from call to call.
public final class RowProducts {

  /// Bytes of panels that every tile of a block of rows meets before the next ones: so many stay in
  /// the processor's second cache beside the tiles.
  private static final long PANEL_BYTES = 192 << 10;

  /// Bytes of rows that are packed into tiles together.
  private static final int TILE_BYTES = 64 << 10;

  private float[] coordinates = new float[0];
  private float[] tiles = new float[0];
  private float[] products = new float[0];
  private float[] best = new float[0];
  private int[] bestPanel = new int[0];

  /// Finds for each of some rows the column with which its product, addend included, is largest; of
  /// equal ones the first.
  ///
  /// @param rows as deep as the columns
  /// @param ordinals which of them
  /// @param from the first of them
  /// @param to behind the last of them
  /// @param nearest takes the column of the row `ordinals[i]` at `i`
  /// @param largest takes the product, likewise
  /// @throws IndexOutOfBoundsException if a row does not lie inside its segment, or there is no
  ///   room
  public void nearest(
      Columns columns,
      Points rows,
      int[] ordinals,
      int from,
      int to,
      int[] nearest,
      float[] largest) {
    Objects.checkFromToIndex(from, to, Math.min(ordinals.length, nearest.length));
    Objects.checkFromToIndex(from, to, largest.length);
    int depth = columns.depth();
    int tileFloats = depth * ProductKernel.ROWS;
    int blockTiles = Math.max(1, TILE_BYTES / (tileFloats * Float.BYTES));
    fit(columns, blockTiles * tileFloats);
    int blockRows = blockTiles * ProductKernel.ROWS;
    for (int block = from; block < to; block += blockRows) {
      int end = Math.min(to, block + blockRows);
      packAll(rows, ordinals, block, end, depth);
      Arrays.fill(largest, block, end, Float.NEGATIVE_INFINITY);
      Arrays.fill(nearest, block, end, 0);
      nearestOfBlock(columns, block, end, nearest, largest);
    }
  }

  /// Multiplies some rows with all columns, addends included.
  ///
  /// @param products take that of the row `ordinals[i]` and column `c` at `(i - from) *
  ///   columns.count() + c`; the other parameters are those of [#nearest]
  /// @throws IndexOutOfBoundsException if a row does not lie inside its segment, or there is no
  ///   room
  public void products(
      Columns columns, Points rows, int[] ordinals, int from, int to, float[] products) {
    Objects.checkFromToIndex(from, to, ordinals.length);
    ProductKernel kernel = columns.kernel();
    int depth = columns.depth();
    int count = columns.count();
    Objects.checkFromIndexSize(0, Math.multiplyExact(to - from, count), products.length);
    int tileFloats = depth * ProductKernel.ROWS;
    int blockTiles = Math.max(1, TILE_BYTES / (tileFloats * Float.BYTES));
    fit(columns, blockTiles * tileFloats);
    int blockRows = blockTiles * ProductKernel.ROWS;
    long panelBytes = kernel.panelBytes(depth);
    for (int block = from; block < to; block += blockRows) {
      int end = Math.min(to, block + blockRows);
      packAll(rows, ordinals, block, end, depth);
      for (int panel = 0; panel < columns.panelCount(); panel++) {
        for (int first = block; first < end; first += ProductKernel.ROWS) {
          int tile = (first - block) * depth;
          kernel.multiply(tiles, tile, columns.panels(), panel * panelBytes, depth, this.products);
          int size = Math.min(ProductKernel.ROWS, end - first);
          copyProducts(columns, panel, size, products, (first - from) * count);
        }
      }
    }
  }

  /// Takes the products of a tile with a panel over.
  private void copyProducts(Columns columns, int panel, int size, float[] target, int at) {
    int width = columns.kernel().width();
    int column = panel * width;
    int columnsLeft = Math.min(width, columns.count() - column);
    for (int row = 0; row < size; row++) {
      System.arraycopy(
          products, row * width, target, at + row * columns.count() + column, columnsLeft);
    }
  }

  private void nearestOfBlock(Columns columns, int from, int to, int[] nearest, float[] largest) {
    ProductKernel kernel = columns.kernel();
    int depth = columns.depth();
    int width = kernel.width();
    long panelBytes = kernel.panelBytes(depth);
    int group = (int) Math.max(1, PANEL_BYTES / panelBytes);
    for (int panel = 0; panel < columns.panelCount(); panel += group) {
      int end = Math.min(columns.panelCount(), panel + group);
      for (int row = from; row < to; row += ProductKernel.ROWS) {
        Arrays.fill(best, 0, ProductKernel.ROWS * width, Float.NEGATIVE_INFINITY);
        for (int next = panel; next < end; next++) {
          kernel.multiply(
              tiles, (row - from) * depth, columns.panels(), next * panelBytes, depth, products);
          kernel.keepLargest(products, next, best, bestPanel);
        }
        for (int i = row; i < Math.min(to, row + ProductKernel.ROWS); i++) {
          keepNearest((i - row) * width, width, i, nearest, largest);
        }
      }
    }
  }

  /// Looks through the places of a row for a product larger than was known.
  private void keepNearest(int at, int width, int row, int[] nearest, float[] largest) {
    float most = largest[row];
    int column = nearest[row];
    boolean found = false;
    for (int place = 0; place < width; place++) {
      float product = best[at + place];
      int candidate = bestPanel[at + place] * width + place;
      if (product > most || (found && product == most && candidate < column)) {
        most = product;
        column = candidate;
        found = true;
      }
    }
    largest[row] = most;
    nearest[row] = column;
  }

  private void fit(Columns columns, int tileFloats) {
    if (coordinates.length < columns.depth()) {
      coordinates = new float[columns.depth()];
    }
    if (tiles.length < tileFloats) {
      tiles = new float[tileFloats];
    }
    int places = ProductKernel.ROWS * columns.kernel().width();
    if (products.length < places) {
      products = new float[places];
      best = new float[places];
      bestPanel = new int[places];
    }
  }

  /// Packs the rows `[from, to)`, tile after tile.
  private void packAll(Points rows, int[] ordinals, int from, int to, int depth) {
    for (int first = from; first < to; first += ProductKernel.ROWS) {
      int count = Math.min(ProductKernel.ROWS, to - first);
      pack(rows, ordinals, first, count, depth, (first - from) * depth);
    }
  }

  /// Puts rows side by side, coordinate by coordinate; what is left of the tile repeats the last.
  private void pack(Points rows, int[] ordinals, int first, int count, int depth, int tile) {
    for (int row = 0; row < ProductKernel.ROWS; row++) {
      long at = rows.at(ordinals[first + Math.min(row, count - 1)]);
      MemorySegment.copy(rows.segment(), Points.FLOAT, at, coordinates, 0, depth);
      for (int i = 0, to = tile + row; i < depth; i++, to += ProductKernel.ROWS) {
        tiles[to] = coordinates[i];
      }
    }
  }
}
