package dev.kith.index.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// What 4-bit codes stand for, for one query: 16 entries of one byte a lookup. Owned by one worker,
/// filled again for every query.
///
/// The value of a sum of entries is `scale * sum + bias`.
public final class LookupTable {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Bytes of the table of one lookup: one for each value of a code.
  static final int TABLE = 16;

  /*
   * A table is the sums of the subsets of four weights: entry `v` adds up weight `i` for every bit
   * `i` of `v`. Eight entries make one long, in which a weight times one of these constants is
   * added to the entries that contain it. A partial sum may be negative and borrow from the next
   * entry; the total is in [0, 63] for every entry, so in the end no borrow is left.
   */
  private static final long EVERY = 0x0101010101010101L;
  private static final long BIT_0 = 0x0100010001000100L;
  private static final long BIT_1 = 0x0101000001010000L;
  private static final long BIT_2 = 0x0101010100000000L;

  /// What the entries of four lookups add up to at most before they are rounded, each up by half.
  private static final int MAX_ROUNDED = 4 * FastScan.MAX_ENTRY - 2;

  private final int lookups;

  /// Unsigned.
  private final byte[] entries;

  private final float[] values;

  /// Of every lookup the least value.
  private final float[] leasts;

  /// Room for the sums of a block.
  final short[] sums = new short[FastScan.BLOCK];

  /// Value of one unit of a sum.
  float scale;

  /// Value of an empty sum.
  float bias;

  /// @param lookups a multiple of 4, in `[4, MAX_LOOKUPS]` of [FastScan]
  public LookupTable(int lookups) {
    if (lookups < 4 || lookups > FastScan.MAX_LOOKUPS || lookups % 4 != 0) {
      throw new IllegalArgumentException(
          "lookups must be a multiple of 4 in [4, %d], got %d"
              .formatted(FastScan.MAX_LOOKUPS, lookups));
    }
    this.lookups = lookups;
    this.entries = new byte[lookups * TABLE];
    this.values = new float[lookups * TABLE];
    this.leasts = new float[lookups];
  }

  /// Lookups a vector.
  public int lookups() {
    return lookups;
  }

  byte[] entries() {
    return entries;
  }

  /// Sets the table of one lookup: entry `v` becomes the least sum that makes all entries
  /// non-negative, plus `weight i` for every bit `i` that is set in `v`.
  ///
  /// @param lookup in `[0, lookups())`
  /// @return what entry 0 became; the weights must leave all entries at most 63
  public int set(int lookup, int weight0, int weight1, int weight2, int weight3) {
    int least =
        Math.min(weight0, 0) + Math.min(weight1, 0) + Math.min(weight2, 0) + Math.min(weight3, 0);
    long low = EVERY * -least + BIT_0 * weight0 + BIT_1 * weight1 + BIT_2 * weight2;
    LONGS.set(entries, lookup * TABLE, low);
    LONGS.set(entries, lookup * TABLE + Long.BYTES, low + EVERY * weight3);
    return -least;
  }

  /// Room for the values that entries are to stand for, sixteen a lookup; of no meaning otherwise.
  public float[] values() {
    return values;
  }

  /// Sets all tables, and what sums are worth, so that entries stand for [#values()]: multiples of
  /// one step, above the least value of each lookup. The step is a 250th of the largest sum of the
  /// ranges of four lookups that are added up in a byte; so a lookup whose values differ much does
  /// little harm beside three whose values differ little.
  public void setToValues() {
    float widest = 0;
    double bias = 0;
    for (int group = 0; group < lookups; group += 4) {
      float ranges = 0;
      for (int lookup = group; lookup < group + 4; lookup++) {
        float least = least(lookup);
        leasts[lookup] = least;
        float most = least;
        for (int v = lookup * TABLE; v < (lookup + 1) * TABLE; v++) {
          most = Math.max(most, values[v]);
        }
        ranges += most - least;
        bias += least;
      }
      widest = Math.max(widest, ranges);
    }
    float perUnit = widest == 0 ? 0 : MAX_ROUNDED / widest;
    for (int lookup = 0; lookup < lookups; lookup++) {
      float least = leasts[lookup];
      for (int v = lookup * TABLE; v < (lookup + 1) * TABLE; v++) {
        entries[v] = (byte) (int) ((values[v] - least) * perUnit + 0.5f);
      }
    }
    setValue(widest / MAX_ROUNDED, (float) bias);
  }

  private float least(int lookup) {
    float least = values[lookup * TABLE];
    for (int v = lookup * TABLE + 1; v < (lookup + 1) * TABLE; v++) {
      least = Math.min(least, values[v]);
    }
    return least;
  }

  /// Sets what sums are worth.
  public void setValue(float scale, float bias) {
    this.scale = scale;
    this.bias = bias;
  }
}
