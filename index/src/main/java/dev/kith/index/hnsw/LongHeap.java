package dev.kith.index.hnsw;

import java.util.Arrays;

/// A binary min-heap of longs that grows and is reused. Not thread-safe.
///
/// Holds [Scored] entries as they are for the worst on top, or complemented for the best on top
/// (`~x` reverses the order of longs and cannot overflow).
final class LongHeap {
  private long[] heap = new long[64];
  private int size;

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// The smallest entry; the heap must not be empty.
  long top() {
    assert size > 0;
    return heap[0];
  }

  void push(long entry) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size + (size >> 1));
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      long above = heap[parent];
      if (above <= entry) {
        break;
      }
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  /// Removes and returns the smallest entry; the heap must not be empty.
  long pop() {
    long smallest = heap[0];
    size--;
    if (size > 0) {
      sink(heap[size]);
    }
    return smallest;
  }

  /// Replaces the smallest entry, in half the work of a pop and a push.
  void replaceTop(long entry) {
    sink(entry);
  }

  /// Copies the entries in ascending order to the front of `target` and empties the heap.
  int drainSorted(long[] target) {
    int count = size;
    System.arraycopy(heap, 0, target, 0, count);
    Arrays.sort(target, 0, count);
    size = 0;
    return count;
  }

  /// Entry at a position of no particular order, in `[0, size)`.
  long at(int position) {
    return heap[position];
  }

  private void sink(long entry) {
    int at = 0;
    int half = size >>> 1;
    while (at < half) {
      int child = 2 * at + 1;
      long smaller = heap[child];
      int right = child + 1;
      if (right < size && heap[right] < smaller) {
        smaller = heap[right];
        child = right;
      }
      if (entry <= smaller) {
        break;
      }
      heap[at] = smaller;
      at = child;
    }
    heap[at] = entry;
  }
}
