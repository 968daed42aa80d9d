package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// One worker's copy of a query as numbers in `[-127, 127]`, for [LevelScorer]. Reused from query
/// to query; not thread-safe.
///
/// The query is rotated as the rows are, relative to their centre. Rounded to so many numbers it
/// finds what it finds unrounded, but for rows of eight bits, of which it costs two in a thousand
/// of the ten nearest.
public final class LevelQuery {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_NUMBER = 127;

  private final VectorSpace space;
  private final MemorySegment numbers;
  private final float[] rotated;

  /// What a unit of the numbers is worth.
  private float scale;

  /// Sum of the numbers.
  private int sum;

  /// What of the score depends on the query alone.
  private float rest;

  /// Length of the difference from the centre.
  private float length;

  /// Reserves the memory.
  ///
  /// @param arena frees it when it closes
  public LevelQuery(VectorSpace space, Arena arena) {
    this.space = space;
    this.rotated = new float[LevelRows.coordinates(space)];
    this.numbers = arena.allocate((long) rotated.length * Short.BYTES, 64);
  }

  /// Encodes a query for rows.
  ///
  /// @throws IllegalArgumentException if either is of another space
  public void set(LevelRows rows, QueryBuffer query) {
    CodedRows.requireSameSpace(space, rows.space());
    CodedRows.requireSameSpace(space, query.space());
    Centre centre = rows.centre();
    centre.subtractFrom(query.segment(), 0, rotated);
    rest = (float) centre.restOfQuery(query.segment(), rotated);
    length = (float) Math.sqrt(Centre.squaredLength(rotated));
    centre.rotate(rotated);
    float largest = 0;
    for (float coordinate : rotated) {
      largest = Math.max(largest, Math.abs(coordinate));
    }
    scale = largest / MAX_NUMBER;
    float perUnit = largest == 0 ? 0 : MAX_NUMBER / largest;
    sum = 0;
    for (int i = 0; i < rotated.length; i++) {
      int number = Math.clamp(Math.round(rotated[i] * perUnit), -MAX_NUMBER, MAX_NUMBER);
      numbers.set(SHORT, (long) i * Short.BYTES, (short) number);
      sum += number;
    }
  }

  /// The shape of the query.
  public VectorSpace space() {
    return space;
  }

  /// The numbers as [dev.kith.index.kernel.LevelKernel] reads them, borrowed.
  MemorySegment numbers() {
    return numbers;
  }

  float scale() {
    return scale;
  }

  int sum() {
    return sum;
  }

  float rest() {
    return rest;
  }

  float length() {
    return length;
  }
}
