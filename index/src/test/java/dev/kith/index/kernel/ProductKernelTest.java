package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProductKernelTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final ProductKernel simd = new SimdProductKernel();
  private final ProductKernel scalar = ProductKernel.scalar();

  @Test
  void theBestOneIsTheSimdOneWhereTheModuleIsPresent() {
    assertInstanceOf(SimdProductKernel.class, ProductKernel.best());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void productsAreTheSameToTheLastBitInBoth_seed(long seed) {
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (int trial = 0; trial < 40; trial++) {
        int count = random.nextInt(1, 70);
        int depth = trial % 10 == 0 ? 2_000 : random.nextInt(1, 200);
        Matrix matrix = new Matrix(random, arena, count, depth);
        int[] rows = random.ints(random.nextInt(1, 30), 0, matrix.rows).toArray();
        float[] expected = matrix.products(scalar, rows, arena);
        assertArrayEquals(expected, matrix.products(simd, rows, arena));
        for (int i = 0; i < rows.length; i++) {
          for (int column = 0; column < count; column++) {
            assertEquals(
                matrix.product(rows[i], column), expected[i * count + column], 1e-4 * depth);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void theNearestColumnIsTheFirstWithTheLargestProduct_seed(long seed) {
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (int trial = 0; trial < 40; trial++) {
        int count = random.nextInt(1, 400);
        int depth = trial % 10 == 0 ? 3_000 : random.nextInt(1, 40);
        Matrix matrix = new Matrix(random, arena, count, depth);
        for (int column = 0; column + 1 < count; column += 5) {
          // Equal columns, so that there is something to choose from.
          System.arraycopy(
              matrix.columns, column * depth, matrix.columns, (count - 1 - column) * depth, depth);
          matrix.addends[count - 1 - column] = matrix.addends[column];
        }
        int[] rows = random.ints(random.nextInt(1, 30), 0, matrix.rows).toArray();
        for (ProductKernel kernel : new ProductKernel[] {simd, scalar}) {
          float[] products = matrix.products(kernel, rows, arena);
          int from = random.nextInt(rows.length);
          int[] nearest = new int[rows.length];
          float[] largest = new float[rows.length];
          Arrays.fill(nearest, -7);
          matrix.nearest(kernel, rows, from, nearest, largest, arena);
          for (int i = 0; i < rows.length; i++) {
            int best = 0;
            for (int column = 1; column < count; column++) {
              if (products[i * count + column] > products[i * count + best]) {
                best = column;
              }
            }
            assertEquals(i < from ? -7 : best, nearest[i]);
            assertEquals(i < from ? 0 : products[i * count + best], largest[i]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8})
  void columnsSetByCoordinateAreThoseSetOneByOne_seed(long seed) {
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (int trial = 0; trial < 20; trial++) {
        int count = random.nextInt(1, 70);
        Matrix matrix = new Matrix(random, arena, count, random.nextInt(1, 40));
        int[] rows = random.ints(random.nextInt(1, 30), 0, matrix.rows).toArray();
        for (ProductKernel kernel : new ProductKernel[] {simd, scalar}) {
          float[] products = new float[rows.length * count];
          new RowProducts()
              .products(
                  matrix.packAcross(kernel, arena),
                  matrix.points(),
                  rows,
                  0,
                  rows.length,
                  products);
          assertArrayEquals(matrix.products(kernel, rows, arena), products);
        }
      }
    }
  }

  @Test
  void aColumnThatIsNotSetOrDisregardedIsNearestToNoRow() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(16);
      rows.set(FLOAT, 0, 1);
      for (ProductKernel kernel : new ProductKernel[] {simd, scalar}) {
        Columns columns = new Columns(kernel, 40, 1, arena);
        columns.set(17, -1e30f, rows, 0);
        columns.set(3, 5, rows, 0);
        columns.disregard(3);
        int[] nearest = new int[1];
        new RowProducts()
            .nearest(columns, new Points(rows, 0, 4, 1), new int[1], 0, 1, nearest, new float[1]);
        assertEquals(17, nearest[0]);
      }
    }
  }

  @Test
  void operandsThatAreTooShortAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      for (ProductKernel kernel : new ProductKernel[] {simd, scalar}) {
        int places = ProductKernel.ROWS * kernel.width();
        MemorySegment panel = arena.allocate(kernel.panelBytes(5), 64);
        float[] tile = new float[5 * ProductKernel.ROWS];
        float[] room = new float[places];
        for (long offset : new long[] {-1, 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
          assertRefused(() -> kernel.multiply(tile, 0, panel, offset, 5, room));
        }
        assertRefused(() -> kernel.multiply(tile, 1, panel, 0, 5, room));
        assertRefused(() -> kernel.multiply(tile, -1, panel, 0, 5, room));
        assertRefused(() -> kernel.multiply(tile, 0, panel, 0, 6, room));
        assertRefused(() -> kernel.multiply(tile, 0, panel, 0, 5, new float[places - 1]));
        int[] numbers = new int[places];
        assertRefused(() -> kernel.keepLargest(new float[places - 1], 0, room, numbers));
        assertRefused(() -> kernel.keepLargest(room, 0, new float[places - 1], numbers));
        assertRefused(() -> kernel.keepLargest(room, 0, room, new int[places - 1]));
        Columns columns = new Columns(kernel, 3, 5, arena);
        assertRefused(() -> columns.set(3, 0, panel, 0));
        assertRefused(() -> columns.set(0, 0, panel, panel.byteSize() - 19));
        assertRefused(() -> columns.disregard(-1));
        assertRefused(() -> columns.setAddend(3, 0));
        assertRefused(() -> columns.setCoordinate(5, panel, 0));
        assertRefused(() -> columns.setCoordinate(0, panel, panel.byteSize() - 11));
        RowProducts products = new RowProducts();
        Points rows = new Points(panel, 0, 4, 5);
        int[] beyond = {(int) (panel.byteSize() / 4)};
        assertRefused(
            () -> products.nearest(columns, rows, beyond, 0, 1, new int[1], new float[1]));
        assertRefused(
            () -> products.nearest(columns, rows, new int[1], 0, 1, new int[0], new float[1]));
        assertRefused(() -> products.products(columns, rows, new int[2], 0, 2, new float[5]));
      }
      assertThrows(IllegalArgumentException.class, () -> new Columns(0, 1, arena));
      assertThrows(IllegalArgumentException.class, () -> new Columns(1, 0, arena));
    }
  }

  private static void assertRefused(Runnable call) {
    assertThrows(IndexOutOfBoundsException.class, call::run);
  }

  /// Rows in memory and columns in arrays.
  private static final class Matrix {
    final int rows = 50;
    final int count;
    final int depth;
    final float[] columns;
    final float[] addends;
    final MemorySegment segment;
    final long offset;
    final long stride;

    Matrix(Random random, Arena arena, int count, int depth) {
      this.count = count;
      this.depth = depth;
      this.columns = random(count * depth, random);
      this.addends = random(count, random);
      this.offset = random.nextInt(9);
      this.stride = 4L * depth + random.nextInt(9);
      this.segment = arena.allocate(offset + rows * stride, 64);
      for (int row = 0; row < rows; row++) {
        MemorySegment.copy(random(depth, random), 0, segment, FLOAT, offset + row * stride, depth);
      }
    }

    Columns pack(ProductKernel kernel, Arena arena) {
      Columns packed = new Columns(kernel, count, depth, arena);
      MemorySegment copy = arena.allocate(4L * columns.length);
      MemorySegment.copy(columns, 0, copy, FLOAT, 0, columns.length);
      for (int column = 0; column < count; column++) {
        packed.set(column, addends[column], copy, 4L * column * depth);
      }
      return packed;
    }

    Columns packAcross(ProductKernel kernel, Arena arena) {
      Columns packed = new Columns(kernel, count, depth, arena);
      MemorySegment across = arena.allocate(4L * count);
      for (int i = 0; i < depth; i++) {
        for (int column = 0; column < count; column++) {
          across.set(FLOAT, 4L * column, columns[column * depth + i]);
        }
        packed.setCoordinate(i, across, 0);
      }
      for (int column = 0; column < count; column++) {
        packed.setAddend(column, addends[column]);
      }
      return packed;
    }

    float[] products(ProductKernel kernel, int[] rows, Arena arena) {
      float[] products = new float[rows.length * count];
      new RowProducts().products(pack(kernel, arena), points(), rows, 0, rows.length, products);
      return products;
    }

    void nearest(
        ProductKernel kernel, int[] rows, int from, int[] nearest, float[] largest, Arena arena) {
      new RowProducts()
          .nearest(pack(kernel, arena), points(), rows, from, rows.length, nearest, largest);
    }

    private Points points() {
      return new Points(segment, offset, stride, depth);
    }

    double product(int row, int column) {
      double sum = addends[column];
      for (int i = 0; i < depth; i++) {
        float coordinate = segment.get(FLOAT, offset + row * stride + 4L * i);
        sum += (double) coordinate * columns[column * depth + i];
      }
      return sum;
    }

    private static float[] random(int length, Random random) {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }
  }
}
