package dev.kith.bench.dataset;

import dev.kith.client.file.IntMatrix;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.lang.foreign.Arena;

/// Vectors to index, queries, and the truth to compare answers with.
///
/// Owns the memory of its matrices until [#close].
public final class Dataset implements AutoCloseable {
  private final String name;
  private final VectorSpace space;
  private final FloatMatrix base;
  private final FloatMatrix queries;
  private final IntMatrix neighbors;
  private final Arena arena;

  /// Takes over `arena`, which holds both matrices.
  ///
  /// @throws IllegalArgumentException if lengths disagree or a neighbour is no base row
  Dataset(
      String name,
      Metric metric,
      FloatMatrix base,
      FloatMatrix queries,
      IntMatrix neighbors,
      Arena arena) {
    if (base.columns() != queries.columns()) {
      throw new IllegalArgumentException(
          "%s: base vectors have %d dimensions, queries have %d"
              .formatted(name, base.columns(), queries.columns()));
    }
    if (neighbors.rows() != queries.rows()) {
      throw new IllegalArgumentException(
          "%s: neighbours of %d queries, but there are %d queries"
              .formatted(name, neighbors.rows(), queries.rows()));
    }
    for (int row : neighbors.values()) {
      if (row < 0 || row >= base.rows()) {
        throw new IllegalArgumentException(
            "%s: neighbour %d is no base row, expected one in [0, %d)"
                .formatted(name, row, base.rows()));
      }
    }
    this.name = name;
    this.space = new VectorSpace(base.columns(), metric);
    this.base = base;
    this.queries = queries;
    this.neighbors = neighbors;
    this.arena = arena;
  }

  /// What people call it.
  public String name() {
    return name;
  }

  /// Dimension and metric.
  public VectorSpace space() {
    return space;
  }

  /// The vectors to index.
  public FloatMatrix base() {
    return base;
  }

  /// The vectors to search for.
  public FloatMatrix queries() {
    return queries;
  }

  /// The nearest base rows of every query, by exact search.
  public IntMatrix neighbors() {
    return neighbors;
  }

  /// Frees the vectors.
  @Override
  public void close() {
    arena.close();
  }
}
