package dev.kith.index.build;

import dev.kith.index.Require;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The labels of a segment by ordinal, whose order need not be theirs. Thread-safe, over memory
/// that someone else owns.
sealed interface LabelColumn {

  /// Rows there are.
  int size();

  /// The label of a row.
  ///
  /// @throws IndexOutOfBoundsException if there is no such row
  long label(int ordinal);

  /// The row whose label is greater than those of `position` others.
  ///
  /// @throws IndexOutOfBoundsException if there is no such row
  int ordinalAt(int position);

  /// The row with a label, or -1.
  default int ordinalOf(long label) {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int ordinal = ordinalAt(middle);
      long there = label(ordinal);
      if (there == label) {
        return ordinal;
      }
      if (there < label) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /// Adds to `violations` if the labels do not ascend in the order they should.
  default void verify(List<String> violations) {
    for (int position = 1; position < size(); position++) {
      int row = ordinalAt(position);
      long before = label(ordinalAt(position - 1));
      long label = label(row);
      if (label <= before) {
        violations.add("label %d of row %d follows label %d".formatted(label, row, before));
        return;
      }
    }
  }

  /// Labels that ascend with ordinals.
  ///
  /// @param labels a long a row
  record Ascending(MemorySegment labels, int size) implements LabelColumn {

    @Override
    public long label(int ordinal) {
      return labels.getAtIndex(SealedLayout.LONG, Require.inRange("ordinal", ordinal, 0, size - 1));
    }

    @Override
    public int ordinalAt(int position) {
      return Require.inRange("position", position, 0, size - 1);
    }
  }

  /// Labels in any order.
  ///
  /// @param least label of all
  /// @param above how much the label of a row is larger than `least`: an unsigned int a row, or an
  ///   unsigned long where that is not enough
  /// @param order ordinals by ascending label
  record Ordered(long least, MemorySegment above, MemorySegment order, int size)
      implements LabelColumn {

    /// Bytes that what is above the least label takes.
    static int bytes(long least, long greatest) {
      long span = greatest - least;
      return span >= 0 && span <= 0xFFFF_FFFFL ? Integer.BYTES : Long.BYTES;
    }

    @Override
    public long label(int ordinal) {
      Require.inRange("ordinal", ordinal, 0, size - 1);
      return least
          + (above.byteSize() == (long) size * Long.BYTES
              ? above.getAtIndex(SealedLayout.LONG, ordinal)
              : Integer.toUnsignedLong(above.getAtIndex(SealedLayout.INT, ordinal)));
    }

    @Override
    public int ordinalAt(int position) {
      Require.inRange("position", position, 0, size - 1);
      return order.getAtIndex(SealedLayout.INT, position);
    }
  }
}
