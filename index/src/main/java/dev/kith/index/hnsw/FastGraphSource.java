package dev.kith.index.hnsw;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// What all encoders of a graph read ([FastGraphEncoder]): the graph, its links the other way
/// round, its rows, and a rotated copy of them.
///
/// Prepare all rows first, with any number of threads; whoever learns of that by a synchronising
/// action may encode.
public final class FastGraphSource {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  final VectorSpace space;
  final SealedGraph graph;
  final BackLinks backLinks;
  final RecordLayout layout;
  final RabitqCode code;
  final RandomRotation rotation;
  final MemorySegment rotated;
  private final VectorRows rows;
  private final int[] rowOf;

  /// @param graph to encode, as lists of `2 * m` links
  /// @param rows the node with ordinal `i` is row `rowOf[i]`
  /// @param arena owns the copy and the links; a shared one if several threads are to read them
  public FastGraphSource(
      FastGraph.Params params, SealedGraph graph, VectorRows rows, int[] rowOf, Arena arena) {
    this.space = params.space();
    this.graph = graph;
    this.backLinks = BackLinks.of(graph, arena);
    this.rows = rows;
    this.rowOf = rowOf;
    this.layout = RecordLayout.of(params.space(), params.m(), params.bits());
    this.code = RecordLayout.code(params.space(), params.bits());
    this.rotation = params.rotation();
    int capacity = Math.max(1, graph.size());
    this.rotated = OffHeap.reserve(rotatedAt(capacity), arena);
  }

  /// Copies the rows of the nodes `[from, to)`. For any number of threads, each with nodes of its
  /// own.
  public void prepare(int from, int to) {
    float[] row = new float[code.dimension()];
    for (int node = from; node < to; node++) {
      MemorySegment.copy(rows.segment(), FLOAT, rowAt(node), row, 0, row.length);
      rotation.rotate(row);
      MemorySegment.copy(row, 0, rotated, FLOAT, rotatedAt(node), row.length);
    }
  }

  /// Nodes in the graph.
  public int size() {
    return graph.size();
  }

  /// Bytes of a record.
  public long recordBytes() {
    return layout.bytes();
  }

  /// Bytes of the pivots.
  public long pivotBytes() {
    return PivotBlocks.bytes(layout, graph.size());
  }

  /// The rows as they were given, in their own order.
  MemorySegment rows() {
    return rows.segment();
  }

  /// Byte of [#rows()] at which the row of a node starts.
  long rowAt(int node) {
    return rows.offset(rowOf[node]);
  }

  /// Byte of `rotated` at which the rotated row of a node starts.
  long rotatedAt(int node) {
    return (long) node * code.dimension() * Float.BYTES;
  }
}
