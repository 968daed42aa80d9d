package dev.kith.index;

import java.util.Arrays;

/// The ordinals one search has seen. Owned by one worker, emptied and reused.
public final class VisitedSet {

  /*
   * One bit an ordinal, so that the set of a few hundred thousand of them stays in the first-level
   * cache (an epoch each would take sixteen times the room and a cache miss for each). Emptying
   * costs what the search touched, not what the segment holds: words that leave zero are noted.
   */

  private long[] words = new long[0];
  private int[] touched = new int[1];
  private int touchedCount;

  /// Empties the set and makes room for ordinals below `capacity`.
  public void reset(int capacity) {
    int needed = (capacity + 63) >>> 6;
    if (needed > words.length) {
      words = new long[Math.max(needed, words.length + (words.length >> 1))];
      touched =
          new int[words.length + 1]; // One more: a slot is written before it is known to count.
    } else if (touchedCount > words.length >> 2) {
      Arrays.fill(words, 0);
    } else {
      for (int i = 0; i < touchedCount; i++) {
        words[touched[i]] = 0;
      }
    }
    touchedCount = 0;
  }

  /// Adds an ordinal and returns 1 if it was absent, 0 if not; a number, so that callers can count
  /// without a branch.
  public int add(int ordinal) {
    int index = ordinal >>> 6;
    long word = words[index];
    touched[touchedCount] = index;
    touchedCount += word == 0 ? 1 : 0;
    words[index] = word | (1L << ordinal);
    return (int) (~word >>> ordinal) & 1;
  }

  public boolean contains(int ordinal) {
    return (words[ordinal >>> 6] >>> ordinal & 1) != 0;
  }
}
