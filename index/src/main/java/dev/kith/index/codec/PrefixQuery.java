package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One worker's prefixes of a query, made as those of the rows are. Reused from query to query; not
/// thread-safe.
final class PrefixQuery {
  private final VectorSpace space;
  private final MemorySegment coordinates;
  private final float[] tails = new float[PrefixRows.MAX_WIDTHS];
  private final float[] inverses = new float[PrefixRows.MAX_WIDTHS];

  /// Whose prefixes they are; null if of none.
  private @Nullable PrefixRows rows;

  /// Widths that are made.
  private int levels;

  private double squares;
  private double ofPrefix;
  private float norm;

  /// @param space of the query
  /// @param arena frees the memory when it closes
  PrefixQuery(VectorSpace space, Arena arena) {
    this.space = space;
    this.coordinates = arena.allocate(VectorRows.strideBytes(space), VectorRows.ALIGNMENT);
  }

  /// Forgets the query.
  void reset() {
    rows = null;
  }

  /// Makes the prefixes of a query up to a width, unless they are known.
  ///
  /// @param level the widest that is needed
  /// @param query the same until [#reset]
  /// @return the products that this took
  /// @throws IllegalArgumentException if rows and query are of different spaces
  long set(PrefixRows rows, int level, QueryBuffer query) {
    if (this.rows != rows && (this.rows == null || !this.rows.isMadeAs(rows))) {
      CodedRows.requireSameSpace(rows.space(), query.space());
      squares = new Points(query.segment(), 0, 0, space.dimension()).squaredLength(0);
      norm = Math.nextUp((float) Math.sqrt(squares));
      ofPrefix = 0;
      levels = 0;
    }
    this.rows = rows;
    long products = 0;
    for (; levels <= level; levels++) {
      PrefixRows.Level next = rows.levels()[levels];
      products +=
          rows.projection().project(query.segment(), next.from(), next.width(), coordinates);
      for (int i = next.from(); i < next.width(); i++) {
        float coordinate = coordinates.get(Points.FLOAT, (long) i * Float.BYTES);
        ofPrefix += (double) coordinate * coordinate;
      }
      tails[levels] = PrefixRows.tail(rows.projection(), squares, ofPrefix);
      inverses[levels] = PrefixRows.inverse(ofPrefix);
    }
    return products;
  }

  /// The coordinates of the widest prefix that was made.
  MemorySegment coordinates() {
    return coordinates;
  }

  /// See [PrefixRows]; of the query.
  float tail(int level) {
    return tails[level];
  }

  /// One divided by the norm of a prefix, zero if that is zero.
  float inverse(int level) {
    return inverses[level];
  }

  /// The norm of the query, or a little more.
  float norm() {
    return norm;
  }
}
