package dev.kith.index.hnsw;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// A graph that no longer changes, over memory that someone else owns: a mapped file, or what is
/// about to be written to one. Thread-safe.
public final class SealedGraph implements Graph {
  private final GraphLinks links;
  private final Entry entry;
  private final int size;
  private final double dimension;

  SealedGraph(GraphLinks links, Entry entry, int size) {
    this(links, entry, size, IntrinsicDimension.UNKNOWN);
  }

  private SealedGraph(GraphLinks links, Entry entry, int size, double dimension) {
    this.links = links;
    this.entry = entry;
    this.size = size;
    this.dimension = dimension;
  }

  /// Reads a graph where [#level0()], [#pointers()] and [#upper()] of another one were stored.
  ///
  /// @param m links a node may hold on upper levels, as the graph was built
  /// @param entry as [#entry()] of the stored graph
  /// @param size nodes in the graph
  /// @throws IllegalArgumentException if the segments are not those of `size` nodes
  public static SealedGraph over(
      int m,
      Entry entry,
      int size,
      MemorySegment level0,
      MemorySegment pointers,
      MemorySegment upper) {
    if (level0.byteSize() != GraphLinks.level0Bytes(m, size)
        || !fit(entry, size, pointers, upper)) {
      throw new IllegalArgumentException(
          ("%d nodes with m = %d take %d bytes of links, %d of pointers and an entry among them;"
                  + " got %d, %d and %s")
              .formatted(
                  size,
                  m,
                  GraphLinks.level0Bytes(m, size),
                  (long) size * Integer.BYTES,
                  level0.byteSize(),
                  pointers.byteSize(),
                  entry));
    }
    return new SealedGraph(new GraphLinks(m, level0, pointers, upper), entry, size);
  }

  /// Reads a graph whose level-0 links lie in records.
  ///
  /// @param records of `size` nodes, checked by the caller
  /// @throws IllegalArgumentException if pointers or entry are not those of `size` nodes
  static SealedGraph in(
      RecordLayout layout,
      int m,
      Entry entry,
      int size,
      MemorySegment records,
      MemorySegment pointers,
      MemorySegment upper) {
    if (!fit(entry, size, pointers, upper)) {
      throw new IllegalArgumentException(
          "%d nodes take %d bytes of pointers and an entry among them; got %d and %s"
              .formatted(size, (long) size * Integer.BYTES, pointers.byteSize(), entry));
    }
    return new SealedGraph(GraphLinks.in(layout, m, records, pointers, upper), entry, size);
  }

  private static boolean fit(Entry entry, int size, MemorySegment pointers, MemorySegment upper) {
    return pointers.byteSize() == (long) size * Integer.BYTES
        && upper.byteSize() % Integer.BYTES == 0
        && entry.node() < size
        && entry.isNone() == (size == 0);
  }

  /// The same graph, whose searches know the dimension of the data.
  ///
  /// @param dimension above 0, or [IntrinsicDimension#UNKNOWN]
  public SealedGraph measured(double dimension) {
    return new SealedGraph(links, entry, size, dimension);
  }

  @Override
  public double dimension() {
    return dimension;
  }

  @Override
  public GraphLinks links() {
    return links;
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public int upperUsed() {
    return (int) (links.upper().byteSize() / Integer.BYTES);
  }

  /// Nodes in the graph.
  public int size() {
    return size;
  }

  /// Checks everything promised about the links.
  ///
  /// @return what is wrong, empty if nothing is
  public List<String> verify() {
    return GraphVerifier.verify(this, size, node -> true);
  }

  /// Links a node may hold on upper levels.
  public int m() {
    return links.m();
  }

  /// The level-0 records, borrowed.
  public MemorySegment level0() {
    return links.level0();
  }

  /// The pointers to upper records, borrowed.
  public MemorySegment pointers() {
    return links.pointers();
  }

  /// The upper records, borrowed.
  public MemorySegment upper() {
    return links.upper();
  }
}
