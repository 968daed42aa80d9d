package dev.kith.server.search;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.PlanRunner;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one search thread owns and reuses from query to query: the runner with its scratch space,
/// and an aligned query buffer for each of the last vector spaces. Not thread-safe.
public final class SearchWorker implements AutoCloseable {
  private static final int MAX_BUFFERS = 16;

  private final PlanRunner runner = new PlanRunner();

  /// In the order of their last use, the oldest first.
  private final Map<VectorSpace, QueryBuffer> buffers = new LinkedHashMap<>();

  /// The thread's runner.
  PlanRunner runner() {
    return runner;
  }

  /// The thread's buffer for queries of a space. Stays valid until the next call.
  QueryBuffer buffer(VectorSpace space) {
    QueryBuffer buffer = buffers.remove(space);
    if (buffer == null) {
      buffer = new QueryBuffer(space);
      if (buffers.size() == MAX_BUFFERS) {
        VectorSpace oldest = buffers.keySet().iterator().next();
        QueryBuffer dropped = buffers.remove(oldest);
        if (dropped != null) {
          dropped.close();
        }
      }
    }
    buffers.put(space, buffer);
    return buffer;
  }

  @Override
  public void close() {
    buffers.values().forEach(QueryBuffer::close);
    buffers.clear();
  }
}
