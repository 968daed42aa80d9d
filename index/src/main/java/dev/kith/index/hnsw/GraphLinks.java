package dev.kith.index.hnsw;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Where the links of a graph lie: the same bytes while it grows and in a sealed file.
///
/// A view; it owns none of its segments. Reading is safe from any thread while others write.
///
/// ## Layout
///
/// All numbers are little-endian 32-bit integers.
///
/// - `level0`: a list of `2 * m` links a node, one after another. With `m` = 16 a list is two cache
///   lines and starts on one. In records ([RecordLayout]) the lists lie further apart, and may hold
///   more links.
/// - `pointers`: for every node the position in `upper`, counted in integers, of its upper record,
///   or 0 if it lives on level 0 only.
/// - `upper`: position 0 is unused; an upper record is the highest level of the node, then `m`
///   links for each of the levels 1, 2, ...
///
/// A link is a node's ordinal plus one; the first zero ends a list, so memory that was never
/// written is an empty list. The sign bit marks a *twin link*, which may stand only in the first
/// place of a level-0 record: it leads to a node with the same vector (see [HnswGraph]). The bit
/// below marks a link that only fills up a record, for searches (see [FastGraphEncoder]).
public final class GraphLinks {

  static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Marks a link to a node with the same vector.
  static final int TWIN = Integer.MIN_VALUE;

  /// Marks a link that is there because there was room.
  static final int FILLING = 1 << 30;

  private static final int LINK = FILLING - 1;
  private static final VarHandle INTS = INT.varHandle();

  private final int m;
  private final int slots;
  private final long first;
  private final long stride;
  private final MemorySegment level0;
  private final MemorySegment pointers;
  private final MemorySegment upper;

  /// @param level0 at least [#level0Bytes] of the nodes it will hold
  /// @param pointers at least four bytes a node
  /// @param upper every upper record a pointer names
  GraphLinks(int m, MemorySegment level0, MemorySegment pointers, MemorySegment upper) {
    this(m, 2 * m, 0, 2L * m * Integer.BYTES, level0, pointers, upper);
  }

  /// @param slots links a node may hold on level 0
  /// @param first byte of `level0` at which the first list starts
  /// @param stride bytes from one list to the next
  private GraphLinks(
      int m,
      int slots,
      long first,
      long stride,
      MemorySegment level0,
      MemorySegment pointers,
      MemorySegment upper) {
    this.m = m;
    this.slots = slots;
    this.first = first;
    this.stride = stride;
    this.level0 = level0;
    this.pointers = pointers;
    this.upper = upper;
  }

  /// Reads lists that lie in records.
  static GraphLinks in(
      RecordLayout layout,
      int m,
      MemorySegment records,
      MemorySegment pointers,
      MemorySegment upper) {
    return new GraphLinks(
        m, layout.slots(), layout.linksAt(), layout.bytes(), records, pointers, upper);
  }

  /// Bytes of the level-0 lists of `count` nodes.
  static long level0Bytes(int m, int count) {
    return 2L * m * Integer.BYTES * count;
  }

  /// Integers of the upper record of a node whose highest level is `level`, at least 1.
  static long upperInts(int m, int level) {
    return 1 + (long) level * m;
  }

  int m() {
    return m;
  }

  /// Whether the level-0 lists lie one after another with nothing between.
  boolean isTable() {
    return stride == (long) slots * Integer.BYTES;
  }

  /// Nodes there is room for.
  int capacity() {
    return (int) (pointers.byteSize() / Integer.BYTES);
  }

  /// Links a node may hold on `level`.
  int slots(int level) {
    return level == 0 ? slots : m;
  }

  MemorySegment level0() {
    return level0;
  }

  MemorySegment pointers() {
    return pointers;
  }

  MemorySegment upper() {
    return upper;
  }

  /// The segment that holds the lists of `level`.
  MemorySegment lists(int level) {
    return level == 0 ? level0 : upper;
  }

  /// Byte offset, in [#lists], of the list of `node` on `level`, on which it must live.
  long list(int level, int node) {
    if (level == 0) {
      return first + node * stride;
    }
    return (pointer(node) + 1 + (level - 1L) * m) * Integer.BYTES;
  }

  /// Highest level on which `node` lives.
  int level(int node) {
    int pointer = pointer(node);
    return pointer == 0 ? 0 : upper.get(INT, (long) pointer * Integer.BYTES);
  }

  /// Gives a node that no link leads to yet its empty upper record.
  void setPointer(int node, int pointer, int level) {
    upper.set(INT, (long) pointer * Integer.BYTES, level);
    pointers.set(INT, (long) node * Integer.BYTES, pointer);
  }

  /// Takes a node that no upper link leads to off the upper levels.
  void dropPointer(int node) {
    pointers.set(INT, (long) node * Integer.BYTES, 0);
  }

  int pointer(int node) {
    return pointers.get(INT, (long) node * Integer.BYTES);
  }

  /// The link in a place of a list: zero ends the list.
  static int read(MemorySegment lists, long list, int place) {
    return lists.get(INT, list + (long) place * Integer.BYTES);
  }

  /// Stores a link so that whoever reads it sees everything written before, above all the row and
  /// the lists of the node it leads to.
  static void write(MemorySegment lists, long list, int place, int link) {
    INTS.setRelease(lists, list + (long) place * Integer.BYTES, link);
  }

  /// The node a non-zero link leads to.
  static int target(int link) {
    return (link & LINK) - 1;
  }

  static int link(int node) {
    return node + 1;
  }

  /// Copies the nodes a list leads to, twins included but not what only fills it, and returns how
  /// many there are.
  int ownNeighbours(int level, int node, int[] target) {
    MemorySegment lists = lists(level);
    long list = list(level, node);
    int places = slots(level);
    int count = 0;
    while (count < places) {
      int link = read(lists, list, count);
      if (link == 0 || (link > 0 && (link & FILLING) != 0)) {
        break; // Filling stands at the end.
      }
      target[count++] = target(link);
    }
    return count;
  }

  /// Copies the nodes a list leads to, twins included, and returns how many there are.
  int neighbours(int level, int node, int[] target) {
    MemorySegment lists = lists(level);
    long list = list(level, node);
    int places = slots(level);
    int count = 0;
    while (count < places) {
      int link = read(lists, list, count);
      if (link == 0) {
        break;
      }
      target[count++] = target(link);
    }
    return count;
  }
}
