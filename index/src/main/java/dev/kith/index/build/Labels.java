package dev.kith.index.build;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// Ascending little-endian 64-bit labels, one a row.
final class Labels {
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Labels() {}

  /// Position of a label among the first `count`, or -1.
  static int indexOf(MemorySegment labels, int count, long label) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long there = labels.getAtIndex(LONG, middle);
      if (there == label) {
        return middle;
      }
      if (there < label) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /// Adds to `violations` if the first `count` labels do not ascend.
  static void verify(MemorySegment labels, int count, List<String> violations) {
    for (int i = 1; i < count; i++) {
      long before = labels.getAtIndex(LONG, i - 1);
      long label = labels.getAtIndex(LONG, i);
      if (label <= before) {
        violations.add("label %d of row %d follows label %d".formatted(label, i, before));
        return;
      }
    }
  }
}
