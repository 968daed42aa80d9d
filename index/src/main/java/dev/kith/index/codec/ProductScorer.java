package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Estimates scores from rows of words ([ProductRows]), by one lookup a part in a table of the
/// query's products with all words. Bound to one query after another, without allocating if the
/// quantizers are of the same shape. Not thread-safe.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class ProductScorer implements Scorer {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int WORDS = 256;

  private MemorySegment rows = MemorySegment.NULL;
  private float[] table = new float[0];
  private int capacity;
  private long stride;
  private int parts;
  private float base;

  /// Scores `rows` against a query from now on.
  ///
  /// @param query prepared as the rows were
  /// @return this
  public ProductScorer bind(ProductRows rows, float[] query) {
    this.rows = rows.segment();
    this.capacity = rows.count();
    this.stride = rows.stride();
    this.parts = rows.quantizer().parts();
    if (table.length != parts * WORDS) {
      table = new float[parts * WORDS];
    }
    rows.quantizer().products(query, table);
    return this;
  }

  /// Sets the raw score of the centre of the rows scored next.
  public void setBase(float base) {
    this.base = base;
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    return estimate(ordinal * stride);
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    for (int i = 0; i < count; i++) {
      scores[i] = score(ordinals[i]);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Objects.checkFromIndexSize(from, count, capacity);
    for (int i = 0; i < count; i++) {
      scores[i] = estimate((from + i) * stride);
    }
  }

  /// The words, and the two floats before them.
  @Override
  public long bytesPerVector() {
    return stride;
  }

  /// Four sums, because one would wait for itself.
  private float estimate(long offset) {
    float[] products = table;
    long at = offset + ProductRows.FACTORS_BYTES;
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int first = 0;
    int part = 0;
    for (; part + 4 <= parts; part += 4) {
      int four = rows.get(INT, at + part);
      sum0 += products[first + (four & 0xFF)];
      sum1 += products[first + WORDS + (four >>> 8 & 0xFF)];
      sum2 += products[first + 2 * WORDS + (four >>> 16 & 0xFF)];
      sum3 += products[first + 3 * WORDS + (four >>> 24)];
      first += 4 * WORDS;
    }
    for (; part < parts; part++) {
      sum0 += products[first + (rows.get(JAVA_BYTE, at + part) & 0xFF)];
      first += WORDS;
    }
    float sum = sum0 + sum1 + (sum2 + sum3);
    float addend = rows.get(Centre.FLOAT, offset);
    float factor = rows.get(Centre.FLOAT, offset + Float.BYTES);
    return Scores.comparable(base + addend + factor * sum);
  }
}
