package dev.kith.client;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Points to write, as columns: the i-th id, the i-th row and the i-th payload belong together.
///
/// Borrows the vectors: they may not change until the call that takes the batch has returned.
public final class PointBatch {
  static final ValueLayout.OfFloat LITTLE_ENDIAN_FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final List<PointId> ids;
  private final int dimension;
  private final MemorySegment vectors;
  private final ValueLayout.OfFloat layout;
  private final @Nullable List<@Nullable Payload> payloads;

  private PointBatch(
      List<PointId> ids,
      int dimension,
      MemorySegment vectors,
      ValueLayout.OfFloat layout,
      @Nullable List<@Nullable Payload> payloads) {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be at least 1, got " + dimension);
    }
    if (ids.isEmpty()) {
      throw new IllegalArgumentException("a batch must have at least one point, got none");
    }
    long expected = (long) ids.size() * dimension * Float.BYTES;
    if (vectors.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%d points of dimension %d need %d bytes of vectors, got %d"
              .formatted(ids.size(), dimension, expected, vectors.byteSize()));
    }
    if (payloads != null && payloads.size() != ids.size()) {
      throw new IllegalArgumentException(
          "expected as many payloads as ids (%d), got %d".formatted(ids.size(), payloads.size()));
    }
    this.ids = ids;
    this.dimension = dimension;
    this.vectors = vectors;
    this.layout = layout;
    this.payloads = payloads;
  }

  /// Points without payloads.
  ///
  /// @param vectors row after row: as many rows as ids, of `dimension` coordinates each
  /// @throws IllegalArgumentException if the lengths disagree
  public static PointBatch of(List<PointId> ids, int dimension, float[] vectors) {
    return of(ids, dimension, vectors, null);
  }

  /// Points with payloads; null where a point has none.
  public static PointBatch of(
      List<PointId> ids,
      int dimension,
      float[] vectors,
      @Nullable List<@Nullable Payload> payloads) {
    return new PointBatch(
        List.copyOf(ids),
        dimension,
        MemorySegment.ofArray(vectors),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        payloads);
  }

  /// Points whose vectors lie in memory as little-endian floats, row after row without padding.
  public static PointBatch of(
      List<PointId> ids,
      int dimension,
      MemorySegment vectors,
      @Nullable List<@Nullable Payload> payloads) {
    return new PointBatch(List.copyOf(ids), dimension, vectors, LITTLE_ENDIAN_FLOAT, payloads);
  }

  /// A single point.
  public static PointBatch of(PointId id, float[] vector, @Nullable Payload payload) {
    return of(
        List.of(id),
        vector.length,
        vector,
        payload == null ? null : Collections.singletonList(payload));
  }

  /// Points in this batch, at least 1.
  public int size() {
    return ids.size();
  }

  /// Coordinates per vector.
  public int dimension() {
    return dimension;
  }

  /// The ids, in order.
  public List<PointId> ids() {
    return ids;
  }

  @Nullable Payload payload(int index) {
    return payloads == null ? null : payloads.get(index);
  }

  boolean hasPayloads(int from, int to) {
    for (int i = from; i < to; i++) {
      if (payload(i) != null) {
        return true;
      }
    }
    return false;
  }

  /// The rows `[from, to)` as little-endian bytes, a copy.
  byte[] rowBytes(int from, int to) {
    int floats = Math.multiplyExact(to - from, dimension);
    byte[] bytes = new byte[Math.multiplyExact(floats, Float.BYTES)];
    MemorySegment.copy(
        vectors,
        layout,
        (long) from * dimension * Float.BYTES,
        MemorySegment.ofArray(bytes),
        LITTLE_ENDIAN_FLOAT,
        0,
        floats);
    return bytes;
  }

  /// The end of the longest part from `from` on that stays within limits; at least one point.
  int chunkEnd(int from, int maxBytes, int maxPoints) {
    long bytes = 0;
    int end = from;
    while (end < size() && end - from < maxPoints) {
      bytes += bytes(end);
      if (bytes > maxBytes && end > from) {
        break;
      }
      end++;
    }
    return end;
  }

  /// Bytes a point takes on the wire, rounded up.
  private long bytes(int index) {
    Payload payload = payload(index);
    long id =
        switch (ids.get(index)) {
          case PointId.Number _ -> 10;
          case PointId.Uuid _ -> 16;
          case PointId.Text text -> 3L * text.value().length();
        };
    return (long) dimension * Float.BYTES + id + (payload == null ? 2 : payload.length() + 6) + 8;
  }
}
