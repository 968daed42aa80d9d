package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Prepares many rows at a time as [Rotation#prepare] does one. Owned by one worker.
public final class RowPreparer {
  private final Packed packed;
  private final VectorRows rows;
  private final int[] sources;
  private final float[] vector;
  private final MemorySegment prepared;
  private final float[] rotated;
  private final RowProducts products = new RowProducts();

  /// How rows are turned: read by any thread.
  ///
  /// @param rotation empty if they are not
  /// @param matrix the rotation as a matrix product takes it, if it is one of a matrix
  public record Packed(Optional<Rotation> rotation, Optional<Columns> matrix) {

    /// Packs a rotation.
    ///
    /// @param arena frees the memory when it closes
    public static Packed of(Optional<Rotation> rotation, Arena arena) {
      return new Packed(
          rotation,
          rotation.orElse(null) instanceof OrthogonalRotation matrix
              ? Optional.of(matrix.columns(arena))
              : Optional.empty());
    }
  }

  /// @param sources ordinals in `rows`, in the order in which rows are asked for
  /// @param dimension coordinates of a prepared row, at least those of a row
  /// @param most rows at a time
  /// @param arena frees what this needs when it closes
  public RowPreparer(
      Packed packed, VectorRows rows, int[] sources, int dimension, int most, Arena arena) {
    this.packed = packed;
    this.rows = rows;
    this.sources = sources;
    this.vector = new float[dimension];
    this.prepared = arena.allocate((long) most * dimension * Float.BYTES, 64);
    this.rotated = new float[packed.matrix.isPresent() ? most * rows.space().dimension() : 0];
  }

  /// Prepares the rows `sources[from..to)`.
  ///
  /// @return them one after another, borrowed until the next call
  public MemorySegment prepare(int from, int to) {
    long bytes = (long) vector.length * Float.BYTES;
    int dimension = rows.space().dimension();
    if (packed.matrix.isEmpty()) {
      for (int i = from; i < to; i++) {
        long at = rows.offset(sources[i]);
        Rotation.prepare(packed.rotation, rows.segment(), at, dimension, vector);
        MemorySegment.copy(vector, 0, prepared, Points.FLOAT, (i - from) * bytes, vector.length);
      }
      return prepared;
    }
    // Many at a time, because the matrix may be larger than the cache.
    Points points = new Points(rows.segment(), 0, rows.stride(), dimension);
    products.products(packed.matrix.get(), points, sources, from, to, rotated);
    for (int i = 0; i < to - from; i++) {
      MemorySegment.copy(rotated, i * dimension, prepared, Points.FLOAT, i * bytes, dimension);
    }
    return prepared;
  }
}
