package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A rotation by an orthogonal matrix, applied in `O(d²)`: see [RotationTraining].
///
/// Stored row by row in little-endian floats; a row starts on a multiple of 64 bytes and ends in
/// zeros. Coordinate `i` of a rotated vector is its inner product with row `i`.
///
/// Borrows its memory.
public final class OrthogonalRotation implements Rotation {

  /// Most coordinates of a vector: learning takes their number cubed, which is minutes then, and
  /// the matrix 16 MiB.
  public static final int MAX_DIMENSION = 2048;

  /// Most that the squared length of a row may differ from one by: what a matrix learnt in floats
  /// never does, and one that is no rotation does.
  private static final double TOLERANCE = 1e-3;

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  private final int dimension;
  private final Points rows;

  private OrthogonalRotation(int dimension, MemorySegment matrix) {
    this.dimension = dimension;
    this.rows = new Points(matrix, 0, strideBytes(dimension), dimension);
  }

  /// Reads a matrix from where [#stored()] was kept.
  ///
  /// @param dimension coordinates of a vector, in `[1, MAX_DIMENSION]`
  /// @param matrix [#storedBytes] bytes and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the dimension, the length or the address does not fit, or
  ///   a row is not of length one; whether rows are orthogonal is not checked
  public static OrthogonalRotation map(int dimension, MemorySegment matrix) {
    Require.inRange("dimension", dimension, 1, MAX_DIMENSION);
    if (matrix.byteSize() != storedBytes(dimension)) {
      throw new IllegalArgumentException(
          "a rotation of %d dimensions takes %d bytes, got %d"
              .formatted(dimension, storedBytes(dimension), matrix.byteSize()));
    }
    VectorRows.requireAligned(matrix);
    OrthogonalRotation rotation = new OrthogonalRotation(dimension, matrix);
    for (int row = 0; row < dimension; row++) {
      double squares = rotation.rows.squaredLength(row);
      if (!(Math.abs(squares - 1) <= TOLERANCE)) {
        throw new IllegalArgumentException(
            "row %d of a rotation must be of length one, got a squared length of %s"
                .formatted(row, squares));
      }
    }
    return rotation;
  }

  /// The matrix that leaves all vectors as they are, as it is stored.
  ///
  /// @param arena frees it when it closes
  static MemorySegment identity(int dimension, Arena arena) {
    MemorySegment matrix = arena.allocate(storedBytes(dimension), VectorRows.ALIGNMENT);
    for (int i = 0; i < dimension; i++) {
      matrix.set(Points.FLOAT, i * strideBytes(dimension) + (long) i * Float.BYTES, 1);
    }
    return matrix;
  }

  /// Bytes that the matrix takes.
  public static long storedBytes(int dimension) {
    return dimension * strideBytes(dimension);
  }

  /// Bytes from one row of a matrix to the next.
  static long strideBytes(int dimension) {
    return VectorRows.aligned((long) dimension * Float.BYTES);
  }

  /// The matrix, borrowed: given to [#map], it is this rotation again.
  public MemorySegment stored() {
    return rows.segment();
  }

  /// The rows of the matrix, borrowed.
  Points rows() {
    return rows;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /// Vectors have as many coordinates as the matrix.
  @Override
  public void rotate(MemorySegment source, long offset, int coordinates, float[] rotated) {
    Require.inRange("coordinates", coordinates, dimension, dimension);
    for (int i = 0; i < dimension; i++) {
      rotated[i] = KERNEL.dot(source, offset, rows.segment(), rows.at(i), dimension);
    }
    Arrays.fill(rotated, dimension, rotated.length, 0);
  }

  /// Packs the matrix, for [dev.kith.index.kernel.RowProducts] to rotate many vectors at once.
  ///
  /// @param arena frees the memory when it closes
  public Columns columns(Arena arena) {
    Columns columns = new Columns(dimension, dimension, arena);
    for (int row = 0; row < dimension; row++) {
      columns.set(row, 0, rows.segment(), rows.at(row));
    }
    return columns;
  }
}
