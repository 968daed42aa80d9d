package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One worker's prefix of a query as a query of its own. Reused from query to query; not
/// thread-safe.
final class ProjectedQuery implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment prefix;
  private final QueryBuffer query;

  /// By what it was made; null if there is none.
  private @Nullable Projection known;

  /// @param space of the whole query
  /// @param width coordinates of the prefix
  ProjectedQuery(VectorSpace space, int width) {
    this.prefix = arena.allocate((long) width * Float.BYTES, 64);
    this.query = new QueryBuffer(new VectorSpace(width, space.metric()));
  }

  /// Forgets the query.
  void reset() {
    known = null;
  }

  int width() {
    return query.space().dimension();
  }

  /// Whether the prefix is of the query, by a projection.
  boolean isKnown(Projection projection) {
    return known == projection;
  }

  /// Makes the prefix of a query, of length one again under COSINE.
  ///
  /// @param whole the same until [#reset]
  /// @return the products that this takes
  long set(QueryBuffer whole, Projection projection) {
    long products = projection.project(whole.segment(), 0, width(), prefix);
    if (whole.space().metric() == Metric.COSINE) {
      ProjectedCodes.giveDirection(prefix, width());
    }
    query.set(prefix, 0);
    known = projection;
    return products;
  }

  /// The prefix as a query, borrowed.
  QueryBuffer query() {
    return query;
  }

  @Override
  public void close() {
    query.close();
    arena.close();
  }
}
