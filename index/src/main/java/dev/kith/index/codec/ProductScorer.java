package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.kith.index.kernel.FactorFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/// Estimates scores from rows of words ([ProductRows]), by one lookup a byte in a table of the
/// query's products with the words that a byte may stand for: one of eight bits, or any two of
/// four. Bound to one query after another, without allocating if the quantizers are of the same
/// shape. Not thread-safe.
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class ProductScorer implements Scorer {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int VALUES = 256;
  private static final int WORDS_OF_4_BITS = 16;

  private MemorySegment rows = MemorySegment.NULL;
  private float[] prepared = new float[0];
  private float[] words = new float[0];
  private float[] table = new float[0];
  private int capacity;
  private long stride;
  private int bytes;
  private FactorFormat format = FactorFormat.BF16;
  private int factorsBytes;
  private float base;

  /// Scores `rows` against a query from now on.
  ///
  /// @param query prepared as the rows were
  /// @return this
  public ProductScorer bind(ProductRows rows, float[] query) {
    ProductQuantizer quantizer = rows.quantizer();
    this.rows = rows.segment();
    this.capacity = rows.count();
    this.stride = rows.stride();
    this.bytes = ProductRows.codeBytes(quantizer.parts(), quantizer.bits());
    this.format = rows.format();
    this.factorsBytes = format.bytes();
    if (table.length != bytes * VALUES) {
      table = new float[bytes * VALUES];
    }
    if (quantizer.bits() == Byte.SIZE) {
      quantizer.products(query, table);
    } else {
      fillWithPairs(quantizer, query);
    }
    return this;
  }

  /// Scores `rows` against a query from now on.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public ProductScorer bind(WordRows rows, QueryBuffer query) {
    CodedRows.requireSameSpace(rows.space(), query.space());
    if (prepared.length != rows.rows().dimension()) {
      prepared = new float[rows.rows().dimension()];
    }
    rows.prepare(query.segment(), 0, prepared);
    setBase(rows.scoreOfCentre(query));
    return bind(rows.rows(), prepared);
  }

  /// A value of a byte is worth what its halves are; a half behind the last part, nothing.
  private void fillWithPairs(ProductQuantizer quantizer, float[] query) {
    if (words.length != 2 * bytes * WORDS_OF_4_BITS) {
      words = new float[2 * bytes * WORDS_OF_4_BITS];
    }
    quantizer.products(query, words);
    Arrays.fill(words, quantizer.parts() * WORDS_OF_4_BITS, words.length, 0);
    for (int at = 0; at < bytes; at++) {
      int first = 2 * at * WORDS_OF_4_BITS;
      for (int high = 0; high < WORDS_OF_4_BITS; high++) {
        float ofHigh = words[first + WORDS_OF_4_BITS + high];
        int target = at * VALUES + high * WORDS_OF_4_BITS;
        for (int low = 0; low < WORDS_OF_4_BITS; low++) {
          table[target + low] = words[first + low] + ofHigh;
        }
      }
    }
  }

  /// Sets the raw score of the centre of the rows scored next.
  public void setBase(float base) {
    this.base = base;
  }

  @Override
  public float score(int ordinal) {
    return estimate(offset(ordinal));
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      long first = offset(ordinals[i]);
      long second = offset(ordinals[i + 1]);
      long third = offset(ordinals[i + 2]);
      estimateFour(first, second, third, offset(ordinals[i + 3]), scores, i);
    }
    for (; i < count; i++) {
      scores[i] = score(ordinals[i]);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Objects.checkFromIndexSize(from, count, capacity);
    long at = from * stride;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      estimateFour(at, at + stride, at + 2 * stride, at + 3 * stride, scores, i);
      at += 4 * stride;
    }
    for (; i < count; i++) {
      scores[i] = estimate(at);
      at += stride;
    }
  }

  private long offset(int ordinal) {
    return Objects.checkIndex(ordinal, capacity) * stride;
  }

  /// The words, and the two numbers before them.
  @Override
  public long bytesPerVector() {
    return stride;
  }

  private float estimate(long row) {
    float[] products = table;
    long at = row + factorsBytes;
    float sum = 0;
    int first = 0;
    for (int i = 0; i < bytes; i++) {
      sum += products[first + (rows.get(JAVA_BYTE, at + i) & 0xFF)];
      first += VALUES;
    }
    return withFactors(row, sum);
  }

  /// Estimates four rows at a time, because the sum of one waits for itself: each as if it were
  /// alone. The optimiser does worse with an inner loop over the bytes of an int.
  private void estimateFour(
      long row0, long row1, long row2, long row3, float[] scores, int target) {
    float[] products = table;
    long words = factorsBytes;
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int first = 0;
    int i = 0;
    for (; i + 4 <= bytes; i += 4) {
      long at = words + i;
      int of0 = rows.get(INT, row0 + at);
      int of1 = rows.get(INT, row1 + at);
      int of2 = rows.get(INT, row2 + at);
      int of3 = rows.get(INT, row3 + at);
      sum0 += products[first + (of0 & 0xFF)];
      sum1 += products[first + (of1 & 0xFF)];
      sum2 += products[first + (of2 & 0xFF)];
      sum3 += products[first + (of3 & 0xFF)];
      first += VALUES;
      sum0 += products[first + (of0 >>> 8 & 0xFF)];
      sum1 += products[first + (of1 >>> 8 & 0xFF)];
      sum2 += products[first + (of2 >>> 8 & 0xFF)];
      sum3 += products[first + (of3 >>> 8 & 0xFF)];
      first += VALUES;
      sum0 += products[first + (of0 >>> 16 & 0xFF)];
      sum1 += products[first + (of1 >>> 16 & 0xFF)];
      sum2 += products[first + (of2 >>> 16 & 0xFF)];
      sum3 += products[first + (of3 >>> 16 & 0xFF)];
      first += VALUES;
      sum0 += products[first + (of0 >>> 24)];
      sum1 += products[first + (of1 >>> 24)];
      sum2 += products[first + (of2 >>> 24)];
      sum3 += products[first + (of3 >>> 24)];
      first += VALUES;
    }
    for (; i < bytes; i++) {
      long at = words + i;
      sum0 += products[first + (rows.get(JAVA_BYTE, row0 + at) & 0xFF)];
      sum1 += products[first + (rows.get(JAVA_BYTE, row1 + at) & 0xFF)];
      sum2 += products[first + (rows.get(JAVA_BYTE, row2 + at) & 0xFF)];
      sum3 += products[first + (rows.get(JAVA_BYTE, row3 + at) & 0xFF)];
      first += VALUES;
    }
    scores[target] = withFactors(row0, sum0);
    scores[target + 1] = withFactors(row1, sum1);
    scores[target + 2] = withFactors(row2, sum2);
    scores[target + 3] = withFactors(row3, sum3);
  }

  private float withFactors(long row, float sum) {
    float addend = format.addend(rows, row);
    float factor = format.factor(rows, row, Float.BYTES);
    return Scores.comparable(base + addend + factor * sum);
  }
}
