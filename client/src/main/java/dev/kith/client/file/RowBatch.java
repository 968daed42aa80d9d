package dev.kith.client.file;

import dev.kith.client.Payload;
import dev.kith.client.PointId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Some consecutive rows of a file.
public final class RowBatch {
  private final long firstRow;
  private final int dimension;
  private final float[] vectors;
  private final @Nullable List<PointId> ids;
  private final @Nullable List<@Nullable Payload> payloads;

  RowBatch(long firstRow, int dimension, float[] vectors) {
    this(firstRow, dimension, vectors, null, null);
  }

  RowBatch(
      long firstRow,
      int dimension,
      float[] vectors,
      @Nullable List<PointId> ids,
      @Nullable List<@Nullable Payload> payloads) {
    assert vectors.length > 0 && vectors.length % dimension == 0;
    this.firstRow = firstRow;
    this.dimension = dimension;
    this.vectors = vectors;
    this.ids = ids;
    this.payloads = payloads;
  }

  /// Number within the file of the first row, from 0.
  public long firstRow() {
    return firstRow;
  }

  /// Rows in this batch, at least 1.
  public int rows() {
    return vectors.length / dimension;
  }

  /// Coordinates per row.
  public int dimension() {
    return dimension;
  }

  /// The coordinates, row after row: exactly [#rows()] x [#dimension()] of them. The array is the
  /// caller's to keep.
  public float[] vectors() {
    return vectors;
  }

  /// The id of each row, if the file has ids.
  public Optional<List<PointId>> ids() {
    return Optional.ofNullable(ids);
  }

  /// The payload of each row, null where a row has none; empty if no row of the batch has one.
  public Optional<List<@Nullable Payload>> payloads() {
    return Optional.ofNullable(payloads);
  }
}
