package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One worker's copy of a query: off heap, 64-byte aligned and zero-padded as rows are, and of
/// length one under COSINE. Reused from query to query; not thread-safe.
public final class QueryBuffer implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final VectorRows row;

  /// Room for the query in other codecs, once it was asked for.
  private @Nullable Int8Query int8;

  private @Nullable RabitqQuery rabitq;
  private @Nullable LevelQuery levels;
  private @Nullable PrefixQuery prefixes;
  private @Nullable ProjectedQuery projected;
  private long multiplyAdds;

  /// Reserves the memory; [#close()] frees it.
  public QueryBuffer(VectorSpace space) {
    this.row =
        VectorRows.map(
            space, arena.allocate(VectorRows.strideBytes(space), VectorRows.ALIGNMENT), 1);
  }

  /// Copies a query of little-endian floats.
  ///
  /// @throws IndexOutOfBoundsException if the source ends before the query does
  /// @throws IllegalArgumentException under COSINE, if the query is zero or not finite
  public void set(MemorySegment source, long offset) {
    row.set(0, source, offset);
    forget();
  }

  /// Copies a query.
  ///
  /// @throws IllegalArgumentException if its length is not the dimension of the space or, under
  ///   COSINE, if it is zero or not finite
  public void set(float[] query) {
    row.set(0, query);
    forget();
  }

  /// Copies the first coordinates of a query that has no others, for [Widths.Truncated]: those are
  /// zero.
  ///
  /// @param width coordinates there are, in `[1, dimension]`
  /// @throws IndexOutOfBoundsException if the source ends before the query does
  /// @throws IllegalArgumentException under COSINE, if the query is zero or not finite
  public void setTruncated(MemorySegment source, long offset, int width) {
    float[] query = new float[space().dimension()];
    Require.inRange("width", width, 1, query.length);
    MemorySegment.copy(source, Points.FLOAT, offset, query, 0, width);
    set(query);
  }

  /// Copies a stored row, which is prepared already.
  ///
  /// @throws IllegalArgumentException if `rows` holds vectors of another space
  /// @throws IndexOutOfBoundsException if there is no such row
  public void set(VectorRows rows, int ordinal) {
    row.copy(0, rows, ordinal);
    forget();
  }

  /// What was made of the query before is of another one.
  private void forget() {
    if (prefixes != null) {
      prefixes.reset();
    }
    if (projected != null) {
      projected.reset();
    }
  }

  /// The shape of the query.
  public VectorSpace space() {
    return row.space();
  }

  /// The query as kernels read it, borrowed until [#close()].
  public MemorySegment segment() {
    return row.segment();
  }

  /// Room for the query as bytes, which is set by whoever asks.
  Int8Query int8() {
    Int8Query query = int8;
    if (query == null) {
      query = new Int8Query(space(), arena);
      int8 = query;
    }
    return query;
  }

  /// Room for the query in planes of bits, which is set by whoever asks.
  RabitqQuery rabitq() {
    RabitqQuery query = rabitq;
    if (query == null) {
      query = new RabitqQuery(space(), arena);
      rabitq = query;
    }
    return query;
  }

  /// Room for the query as numbers for levels, which is set by whoever asks.
  LevelQuery levels() {
    LevelQuery query = levels;
    if (query == null) {
      query = new LevelQuery(space(), arena);
      levels = query;
    }
    return query;
  }

  /// Prefixes of the query, made as those of some rows are.
  ///
  /// @param level the widest that is needed, by its place among the widths of the rows
  PrefixQuery prefixes(PrefixRows rows, int level) {
    PrefixQuery query = prefixes;
    if (query == null) {
      query = new PrefixQuery(space(), arena);
      prefixes = query;
    }
    multiplyAdds += query.set(rows, level, this);
    return query;
  }

  /// Products that making prefixes of queries took since the last call.
  public long takeMultiplyAdds() {
    long taken = multiplyAdds;
    multiplyAdds = 0;
    return taken;
  }

  /// The query along the axes of a projection, of its own space.
  QueryBuffer projected(Projection projection) {
    ProjectedQuery query = projected;
    if (query == null || query.width() != projection.width()) {
      if (query != null) {
        query.close();
      }
      query = new ProjectedQuery(space(), projection.width());
      projected = query;
    }
    if (!query.isKnown(projection)) {
      multiplyAdds += query.set(this, projection);
    }
    return query.query();
  }

  @Override
  public void close() {
    if (projected != null) {
      projected.close();
    }
    arena.close();
  }
}
