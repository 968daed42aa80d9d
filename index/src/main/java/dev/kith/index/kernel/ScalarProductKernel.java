package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The definition of [ProductKernel], one product at a time. It also runs where the Vector API is
/// missing.
final class ScalarProductKernel implements ProductKernel {

  static final ScalarProductKernel INSTANCE = new ScalarProductKernel();

  private static final int WIDTH = 16;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarProductKernel() {}

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public void multiply(
      float[] tiles, int tile, MemorySegment panels, long offset, int depth, float[] products) {
    check(this, tiles, tile, panels, offset, depth, products);
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < WIDTH; column++) {
        long at = offset + (long) column * Float.BYTES;
        float sum = panels.get(FLOAT, at);
        for (int i = 0; i < depth; i++) {
          at += (long) WIDTH * Float.BYTES;
          sum = Math.fma(tiles[tile + i * ROWS + row], panels.get(FLOAT, at), sum);
        }
        products[row * WIDTH + column] = sum;
      }
    }
  }

  @Override
  public void keepLargest(float[] products, int panel, float[] best, int[] bestPanel) {
    check(this, products, best, bestPanel);
    for (int i = 0; i < ROWS * WIDTH; i++) {
      if (products[i] > best[i]) {
        best[i] = products[i];
        bestPanel[i] = panel;
      }
    }
  }

  static void check(
      ProductKernel kernel,
      float[] tiles,
      int tile,
      MemorySegment panels,
      long offset,
      int depth,
      float[] products) {
    Objects.checkFromIndexSize(tile, Math.multiplyExact(depth, ROWS), tiles.length);
    Objects.checkFromIndexSize(offset, kernel.panelBytes(depth), panels.byteSize());
    Objects.checkFromIndexSize(0, ROWS * kernel.width(), products.length);
  }

  static void check(ProductKernel kernel, float[] products, float[] best, int[] bestPanel) {
    int shortest = Math.min(products.length, Math.min(best.length, bestPanel.length));
    Objects.checkFromIndexSize(0, ROWS * kernel.width(), shortest);
  }
}
