package dev.kith.server.collection;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rows of a collection that died, in order, for searches that began before they did.
///
/// A linked list of blocks. The writer knows its end, each search the place where the list ended
/// when it began; what nobody can reach any more is garbage, so nobody trims it. One thread adds,
/// any number read.
final class DeathLog {
  private static final int BLOCK = 128;

  private static final class Node {
    private final long[] rows = new long[BLOCK];

    /// Written after the row it counts, read before.
    private volatile int count;

    private volatile @Nullable Node next;
  }

  /// A place between two deaths.
  static final class Position {
    private final Node node;
    private final int index;

    private Position(Node node, int index) {
      this.node = node;
      this.index = index;
    }
  }

  private Node last = new Node();

  /// Adds a row. Call before the row is marked dead: who sees the mark must find the row here.
  void add(long row) {
    int count = last.count;
    if (count == BLOCK) {
      Node next = new Node();
      last.next = next;
      last = next;
      count = 0;
    }
    last.rows[count] = row;
    last.count = count + 1;
  }

  /// The end of the list as it is now. For the thread that adds.
  Position end() {
    return new Position(last, last.count);
  }

  /// The rows that died after a place in the list. Thread-safe.
  static final class Since {
    private Node node;
    private int index;
    private final Set<Long> rows = new HashSet<>();

    Since(Position position) {
      this.node = position.node;
      this.index = position.index;
    }

    /// Whether a dead row was alive at that place.
    synchronized boolean contains(long row) {
      readOn();
      return rows.contains(row);
    }

    private void readOn() {
      while (true) {
        int count = node.count;
        while (index < count) {
          rows.add(node.rows[index++]);
        }
        Node next = node.next;
        // The count was read first: a block that has a successor is full.
        if (next == null || count < BLOCK) {
          return;
        }
        node = next;
        index = 0;
      }
    }
  }
}
