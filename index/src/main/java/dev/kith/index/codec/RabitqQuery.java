package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.BitKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One worker's copy of a query as numbers of 4 bits, in planes of bits, for [RabitqScorer]. Reused
/// from query to query; not thread-safe.
///
/// The query is rotated as the rows are, relative to their centre, and every coordinate rounded to
/// the nearest of 16 levels between the least and the largest (Gao and Long, SIGMOD 2024, section
/// 3.3). The paper rounds at random to keep the estimate free of bias; to the nearest is off by
/// half as much, and which way depends on the random rotation alone.
public final class RabitqQuery {
  private static final int TOP_LEVEL = (1 << BitKernel.PLANES) - 1;

  /*
   * Of the squared length of a row what its signs do not tell: they make an angle with it whose
   * cosine is nearly the mean absolute value of a normal coordinate, the root of 2 / pi.
   */
  private static final double UNEXPLAINED = 1 - 2 / Math.PI;

  private final VectorSpace space;
  private final MemorySegment planes;
  private final float[] rotated;

  /// What the sum over the set bits of a row of the levels counts in the signed sum.
  private float perLevel;

  /// What a set bit of a row adds to the signed sum besides.
  private float perOne;

  /// The signed sum of a row without a bit.
  private float atZero;

  /// What of the score depends on the query alone.
  private float rest;

  /// What an error deviates by, for a row whose factor is one.
  private float deviation;

  /// Reserves the memory.
  ///
  /// @param arena frees it when it closes
  public RabitqQuery(VectorSpace space, Arena arena) {
    this.space = space;
    int words = RabitqRows.words(space);
    this.planes = arena.allocate((long) BitKernel.PLANES * words * Long.BYTES, 64);
    this.rotated = new float[words * Long.SIZE];
  }

  /// Encodes a query for rows.
  ///
  /// @throws IllegalArgumentException if either is of another space
  public void set(RabitqRows rows, QueryBuffer query) {
    CodedRows.requireSameSpace(space, rows.space());
    CodedRows.requireSameSpace(space, query.space());
    rows.centre().subtractFrom(query.segment(), 0, rotated);
    rest = (float) rows.centre().restOfQuery(query.segment(), rotated);
    double squaredLength = Centre.squaredLength(rotated);
    rows.centre().rotate(rotated);
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float coordinate : rotated) {
      least = Math.min(least, coordinate);
      largest = Math.max(largest, coordinate);
    }
    float step = (largest - least) / TOP_LEVEL;
    long levels = fillPlanes(least, step == 0 ? 0 : 1 / step);
    // A coordinate is about least + step * level, and counts with the sign that its bit gives it.
    perLevel = 2 * step;
    perOne = 2 * least;
    atZero = -(least * rotated.length + step * levels);
    int dimension = rotated.length;
    deviation =
        (float)
            Math.sqrt(
                dimension
                    * (UNEXPLAINED * squaredLength / (dimension - 1) + (double) step * step / 12));
  }

  /// Rounds the rotated query and returns the sum of its levels.
  private long fillPlanes(float least, float perStep) {
    int words = rotated.length / Long.SIZE;
    long sum = 0;
    for (int word = 0; word < words; word++) {
      long ones = 0;
      long twos = 0;
      long fours = 0;
      long eights = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        float steps = (rotated[word * Long.SIZE + bit] - least) * perStep;
        long level = Math.clamp((int) (steps + 0.5f), 0, TOP_LEVEL);
        ones |= (level & 1) << bit;
        twos |= (level >> 1 & 1) << bit;
        fours |= (level >> 2 & 1) << bit;
        eights |= (level >> 3) << bit;
        sum += level;
      }
      planes.set(RabitqRows.LONG, (long) word * Long.BYTES, ones);
      planes.set(RabitqRows.LONG, (long) (words + word) * Long.BYTES, twos);
      planes.set(RabitqRows.LONG, (long) (2 * words + word) * Long.BYTES, fours);
      planes.set(RabitqRows.LONG, (long) (3 * words + word) * Long.BYTES, eights);
    }
    return sum;
  }

  /// The shape of the query.
  public VectorSpace space() {
    return space;
  }

  /// The levels as [BitKernel#weighted] wants them, borrowed.
  MemorySegment planes() {
    return planes;
  }

  float perLevel() {
    return perLevel;
  }

  float perOne() {
    return perOne;
  }

  float atZero() {
    return atZero;
  }

  float rest() {
    return rest;
  }

  float deviation() {
    return deviation;
  }
}
