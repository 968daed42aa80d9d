package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One worker's copy of a query as signed bytes with a scale of their own, for [Int8Scorer]. Reused
/// from query to query; not thread-safe.
public final class Int8Query {
  private final VectorSpace space;

  /*
   * As long as a row. The zeros behind the codes meet the floats behind the codes of a row, so that
   * a kernel runs over whole rows without a tail.
   */
  private final MemorySegment codes;

  private final Int8Encoder encoder = new Int8Encoder();

  /// Reserves the memory.
  ///
  /// @param arena frees it when it closes
  public Int8Query(VectorSpace space, Arena arena) {
    this.space = space;
    this.codes = arena.allocate(Int8Rows.strideBytes(space), 64);
  }

  /// Encodes a query.
  ///
  /// @throws IllegalArgumentException if it is of another space
  public void set(QueryBuffer query) {
    CodedRows.requireSameSpace(space, query.space());
    encoder.encode(query.segment(), 0, space.dimension(), codes, 0);
  }

  /// The shape of the query.
  public VectorSpace space() {
    return space;
  }

  /// The codes, zeros behind them, borrowed.
  MemorySegment segment() {
    return codes;
  }

  /// As that of a row: see [Int8Rows].
  float factor() {
    return encoder.factor;
  }

  float squaredNorm() {
    return encoder.squaredNorm;
  }
}
