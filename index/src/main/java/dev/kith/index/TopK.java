package dev.kith.index;

import java.util.Arrays;

/// Keeps the `k` best of any number of scored ordinals. Not thread-safe; cleared and reused.
///
/// Equal scores are broken by the smaller ordinal, so a search returns the same hits whatever order
/// its candidates arrived in. A score of NaN counts as negative infinity, and `-0` as `0`, so what
/// is given back can always be compared.
public final class TopK {

  /// Most hits one search may keep.
  public static final int MAX_K = 1 << 20;

  /*
   * A binary min-heap of longs. Each entry packs a score above an ordinal:
   *
   *   63            32 31             0
   *   | sortable score | ~ordinal      |
   *
   * Float bits order like sign-magnitude integers; flipping the magnitude of the negative ones
   * makes them order like two's complement, so one signed long comparison orders by score, and
   * the complemented ordinal orders ties. No objects, no comparator, eight entries a cache line.
   *
   * Storage starts small and doubles up to k as candidates arrive: a generous k that meets few
   * candidates costs nothing.
   */

  private static final int FIRST_STORAGE = 64;

  private long[] heap;
  private int k;
  private int size;

  /// @param k hits to keep until the next [#reset], in `[1, 2^20]`
  public TopK(int k) {
    this.k = Require.inRange("k", k, 1, MAX_K);
    this.heap = new long[Math.min(k, FIRST_STORAGE)];
  }

  /// Forgets everything held and keeps the `k` best from now on.
  ///
  /// @param k in `[1, 2^20]`; may differ from the last one
  public void reset(int k) {
    this.k = Require.inRange("k", k, 1, MAX_K);
    this.size = 0;
  }

  /// Offers a candidate and returns whether it was kept (a later, better one may still push it
  /// out).
  public boolean offer(int ordinal, float score) {
    long entry = pack(ordinal, score);
    if (size < k) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, Math.min(k, 2 * heap.length));
      }
      siftUp(size++, entry);
      return true;
    }
    if (entry <= heap[0]) {
      return false;
    }
    siftDown(entry, size);
    return true;
  }

  /// Score below which a candidate cannot be kept; negative infinity until `k` are held. A
  /// candidate that equals it is kept only if its ordinal is smaller than one held.
  public float floor() {
    return size < k ? Float.NEGATIVE_INFINITY : score(heap[0]);
  }

  /// Candidates held.
  public int size() {
    return size;
  }

  /// Most candidates held at a time.
  public int k() {
    return k;
  }

  /// Writes what is held to the front of both arrays, best first, and forgets it.
  ///
  /// @return how many were written
  /// @throws IllegalArgumentException if an array is shorter than [#size()]
  public int drainTo(int[] ordinals, float[] scores) {
    int count = size;
    requireRoom(count, ordinals, scores);
    while (size > 0) {
      long worst = heap[0];
      size--;
      ordinals[size] = ordinal(worst);
      scores[size] = score(worst);
      if (size > 0) {
        siftDown(heap[size], size);
      }
    }
    return count;
  }

  /// Writes the ordinals held to the front of an array, in no particular order, and forgets them.
  ///
  /// @return how many were written
  /// @throws IllegalArgumentException if the array is shorter than [#size()]
  public int drainTo(int[] ordinals) {
    int count = size;
    if (ordinals.length < count) {
      throw new IllegalArgumentException(
          "room for %d hits needed, got %d ordinals".formatted(count, ordinals.length));
    }
    for (int i = 0; i < count; i++) {
      ordinals[i] = ordinal(heap[i]);
    }
    size = 0;
    return count;
  }

  /// Writes what is held to the front of both arrays, in no particular order, and forgets it.
  ///
  /// @return how many were written
  /// @throws IllegalArgumentException if an array is shorter than [#size()]
  public int drainUnordered(int[] ordinals, float[] scores) {
    int count = size;
    requireRoom(count, ordinals, scores);
    for (int i = 0; i < count; i++) {
      ordinals[i] = ordinal(heap[i]);
      scores[i] = score(heap[i]);
    }
    size = 0;
    return count;
  }

  private static void requireRoom(int count, int[] ordinals, float[] scores) {
    if (ordinals.length < count || scores.length < count) {
      throw new IllegalArgumentException(
          "room for %d hits needed, got %d ordinals and %d scores"
              .formatted(count, ordinals.length, scores.length));
    }
  }

  private void siftUp(int from, long entry) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (heap[parent] <= entry) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  /// Lets `entry` sink from the root of a heap of `length` entries.
  private void siftDown(long entry, int length) {
    int at = 0;
    int firstLeaf = length >>> 1;
    while (at < firstLeaf) {
      int child = 2 * at + 1;
      if (child + 1 < length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (entry <= heap[child]) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }

  private static long pack(int ordinal, float score) {
    assert ordinal >= 0 : ordinal;
    // Adding zero turns -0 into 0.
    float comparable = Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score + 0f;
    return ((long) sortable(Float.floatToRawIntBits(comparable)) << 32) | (~ordinal & 0xFFFF_FFFFL);
  }

  private static int ordinal(long entry) {
    return ~(int) entry;
  }

  private static float score(long entry) {
    return Float.intBitsToFloat(sortable((int) (entry >> 32)));
  }

  /// Its own inverse: flips the magnitude bits of negative floats.
  private static int sortable(int bits) {
    return bits ^ ((bits >> 31) & 0x7FFF_FFFF);
  }
}
