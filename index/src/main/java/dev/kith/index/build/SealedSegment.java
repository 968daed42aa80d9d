package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.hnsw.CodedGraph;
import dev.kith.index.hnsw.FastGraph;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.IntrinsicDimension;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.ivf.Partition;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Resource;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// A segment that no longer takes rows: a checked file, mapped read-only. See
/// [GrowingSegment#seal].
///
/// The file holds live rows only; rows killed since are known to [#tombstones()], which lives in
/// memory and is empty after [#open]. Owns the mapping or the copy: close only after the last
/// search.
public final class SealedSegment implements SegmentReader, Resource {

  /// Where an open segment lives.
  public enum Residence {
    /// In the page cache: opens at once, shares memory with the system, and what is not searched
    /// need not be in memory.
    MAPPED,
    /// In memory of its own, in huge pages where the system has them: takes as much memory as the
    /// file is long, and saves the address translation misses that random reads of a mapping cost.
    /// Vectors beside codes stay mapped: a search reads a few of them, and they are most of the
    /// file.
    IN_MEMORY
  }

  private final Path path;
  private final long bytes;
  private final long copiedBytes;
  private final Resource memory;
  private final VectorSpace space;
  private final IndexSpec index;
  private final long lsn;
  private final int size;
  private final LabelColumn labels;
  private final VectorRows rows;
  private final @Nullable SealedGraph graph;
  private final @Nullable FastGraph fast;
  private final @Nullable CodedGraph coded;
  private final IvfLayout.@Nullable Opened lists;
  private final Tombstones tombstones;

  /// @param placement decides in which memory a section is served
  /// @param memory frees all of it
  private SealedSegment(
      SectionFile file,
      SealedLayout.Header header,
      VectorSpace space,
      Placement placement,
      Resource memory)
      throws CorruptFileException {
    this.path = file.file();
    this.bytes = file.bytes();
    this.memory = memory;
    this.space = space;
    this.lsn = header.lsn();
    this.size = header.rows();
    this.lists =
        header.index() == SealedLayout.IVF ? IvfLayout.open(file, space, size, placement) : null;
    this.labels =
        lists == null
            ? new LabelColumn.Ascending(
                placement.place(file.section(SealedLayout.LABELS, (long) size * Long.BYTES)), size)
            : lists.labels();
    this.fast = header.graph().bits() > 0 ? fastGraph(file, header, space, placement) : null;
    if (fast != null) {
      this.rows = fast.rows();
      this.graph = fast.graph();
      this.coded = null;
    } else if (lists != null) {
      this.rows = lists.file().rows();
      this.graph = null;
      this.coded = null;
    } else {
      long rowBytes = (long) size * VectorRows.strideBytes(space);
      MemorySegment section = file.section(SealedLayout.ROWS, rowBytes);
      this.rows =
          VectorRows.map(space, header.isCoded() ? section : placement.place(section), size);
      this.graph = header.index() == SealedLayout.HNSW ? graph(file, header, placement) : null;
      this.coded =
          graph != null && header.isCoded()
              ? new CodedGraph(
                  graph,
                  codes(file, header, space, placement),
                  rows,
                  header.graph().rescoreFactor())
              : null;
    }
    this.copiedBytes = placement.copiedBytes();
    this.index = lists == null ? index(file, header) : lists.header().index();
    this.tombstones = new Tombstones(size);
  }

  /// Checks and maps a file.
  ///
  /// @param space what the vectors must be
  /// @throws CorruptFileException if the file is damaged or holds another kind of vectors
  /// @throws IOException if it cannot be read
  public static SealedSegment open(Path path, VectorSpace space) throws IOException {
    return open(path, space, Residence.MAPPED);
  }

  /// Checks a file and maps it or copies it to memory.
  ///
  /// @param space what the vectors must be
  /// @throws CorruptFileException if the file is damaged or holds another kind of vectors
  /// @throws IOException if it cannot be read
  public static SealedSegment open(Path path, VectorSpace space, Residence residence)
      throws IOException {
    return switch (residence) {
      case MAPPED -> openMapped(path, space);
      case IN_MEMORY -> openInMemory(path, space);
    };
  }

  private static SealedSegment openMapped(Path path, VectorSpace space) throws IOException {
    SectionFile file = SectionFile.open(path);
    try {
      return new SealedSegment(file, header(file, space), space, new Placement(null), file);
    } catch (IOException | RuntimeException | Error failure) {
      file.close();
      throw failure;
    }
  }

  private static SealedSegment openInMemory(Path path, VectorSpace space) throws IOException {
    SectionFile file = SectionFile.open(path);
    Arena arena = Arena.ofShared();
    Resource both =
        () -> {
          arena.close();
          file.close();
        };
    try {
      SealedLayout.Header header = header(file, space);
      // Vectors beside codes stay mapped.
      boolean mapped = header.isCoded() || header.index() == SealedLayout.IVF;
      Resource kept = mapped ? both : arena::close;
      SealedSegment segment = new SealedSegment(file, header, space, new Placement(arena), kept);
      if (!mapped) {
        file.close();
      }
      return segment;
    } catch (IOException | RuntimeException | Error failure) {
      both.close();
      throw failure;
    }
  }

  private static SealedLayout.Header header(SectionFile file, VectorSpace space)
      throws CorruptFileException {
    MemorySegment section = file.section(SealedLayout.SEGMENT, SealedLayout.SEGMENT_BYTES);
    int version = section.get(SealedLayout.INT, 0);
    require(
        version >= SealedLayout.VERSION_1 && version <= SealedLayout.VERSION_5,
        file,
        "segment layout version 1 to 5",
        version);
    SealedLayout.Header header = SealedLayout.Header.read(section);
    requireCodec(file, version, header);
    boolean mayHaveRecords =
        version >= SealedLayout.VERSION_2
            && version <= SealedLayout.VERSION_3
            && header.index() == SealedLayout.HNSW;
    int mostBits = mayHaveRecords ? 2 : 0;
    require(
        header.graph().bits() >= 0 && header.graph().bits() <= mostBits,
        file,
        "codes of at most %d bits".formatted(mostBits),
        header.graph().bits());
    require(
        header.dimension() == space.dimension(),
        file,
        space.dimension() + " dimensions",
        header.dimension());
    require(
        header.metric() == SealedLayout.code(space.metric()),
        file,
        "metric " + SealedLayout.code(space.metric()),
        header.metric());
    require(
        header.rows() >= 0 && header.rows() <= GrowingSegment.MAX_CAPACITY,
        file,
        "a number of rows in [0, %d]".formatted(GrowingSegment.MAX_CAPACITY),
        header.rows());
    boolean known =
        version == SealedLayout.VERSION_5
            ? header.index() == SealedLayout.IVF
            : header.index() == SealedLayout.FLAT || header.index() == SealedLayout.HNSW;
    require(
        known,
        file,
        version == SealedLayout.VERSION_5 ? "index 3" : "index 1 or 2",
        header.index());
    return header;
  }

  private static void requireCodec(SectionFile file, int version, SealedLayout.Header header)
      throws CorruptFileException {
    int codec = header.graph().codec();
    boolean mayHaveCodes = version == SealedLayout.VERSION_4 && header.index() == SealedLayout.HNSW;
    require(
        mayHaveCodes == (codec != 0) && codec >= 0 && codec <= 4,
        file,
        mayHaveCodes ? "codec 1 to 4" : "no codec",
        codec);
    float factor = header.graph().rescoreFactor();
    if (mayHaveCodes ? !(factor >= 1 && Float.isFinite(factor)) : factor != 0) {
      throw new CorruptFileException(
          file.file(),
          mayHaveCodes ? "a factor of at least 1 for rescoring" : "no factor for rescoring",
          Float.toString(factor));
    }
  }

  private static SealedGraph graph(
      SectionFile file, SealedLayout.Header header, Placement placement)
      throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    requireM(file, graph);
    try {
      return SealedGraph.over(
              graph.m(),
              graph.entry(),
              header.rows(),
              placement.place(file.section(SealedLayout.LINKS)),
              placement.place(file.section(SealedLayout.POINTERS)),
              placement.place(file.section(SealedLayout.UPPER)))
          .measured(dimension(file));
    } catch (IllegalArgumentException mismatch) {
      throw new CorruptFileException(file.file(), "a graph of its rows", String.valueOf(mismatch));
    }
  }

  private static FastGraph fastGraph(
      SectionFile file, SealedLayout.Header header, VectorSpace space, Placement placement)
      throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    requireM(file, graph);
    try {
      return FastGraph.over(
              new FastGraph.Params(space, graph.m(), graph.bits(), graph.seed()),
              graph.entry(),
              header.rows(),
              placement.place(file.section(SealedLayout.RECORDS)),
              placement.place(file.section(SealedLayout.POINTERS)),
              placement.place(file.section(SealedLayout.UPPER)),
              placement.place(file.section(SealedLayout.PIVOTS)))
          .measured(dimension(file));
    } catch (IllegalArgumentException mismatch) {
      throw new CorruptFileException(file.file(), "a graph of its rows", String.valueOf(mismatch));
    }
  }

  private static double dimension(SectionFile file) throws CorruptFileException {
    if (!file.names().contains(SealedLayout.DIMENSION)) {
      return IntrinsicDimension.UNKNOWN;
    }
    double dimension =
        file.section(SealedLayout.DIMENSION, Double.BYTES).get(SealedLayout.DOUBLE, 0);
    if (!(dimension >= 0 && Double.isFinite(dimension))) {
      throw new CorruptFileException(
          file.file(), "a dimension of the data of at least 0", Double.toString(dimension));
    }
    return dimension;
  }

  private static SegmentCodes codes(
      SectionFile file, SealedLayout.Header header, VectorSpace space, Placement placement)
      throws CorruptFileException {
    long bytes = SegmentCodes.bytes(header.codec(), space, header.rows());
    MemorySegment stored = placement.place(file.section(SealedLayout.CODES, bytes));
    return SegmentCodes.map(header.codec(), space, stored, header.rows(), header.graph().seed());
  }

  private static void requireM(SectionFile file, SealedLayout.GraphHeader graph)
      throws CorruptFileException {
    require(
        graph.m() >= HnswParams.MIN_M && graph.m() <= HnswParams.MAX_M,
        file,
        "m in [%d, %d]".formatted(HnswParams.MIN_M, HnswParams.MAX_M),
        graph.m());
  }

  private static IndexSpec index(SectionFile file, SealedLayout.Header header)
      throws CorruptFileException {
    if (header.index() == SealedLayout.FLAT) {
      return new IndexSpec.Flat();
    }
    SealedLayout.GraphHeader graph = header.graph();
    require(
        graph.efConstruction() >= 1 && graph.efConstruction() <= HnswParams.MAX_EF_CONSTRUCTION,
        file,
        "efConstruction in [1, %d]".formatted(HnswParams.MAX_EF_CONSTRUCTION),
        graph.efConstruction());
    Layout layout = graph.bits() > 0 ? Layout.FAST : Layout.COMPACT;
    return new IndexSpec.Hnsw(
        new HnswParams(graph.m(), graph.efConstruction(), graph.seed()), layout, header.codec());
  }

  private static void require(boolean holds, SectionFile file, String expected, int found)
      throws CorruptFileException {
    if (!holds) {
      throw new CorruptFileException(file.file(), expected, Integer.toString(found));
    }
  }

  /// Log sequence number that the rows cover, as given when the segment was sealed.
  public long lsn() {
    return lsn;
  }

  /// Which index the segment keeps.
  public IndexSpec index() {
    return index;
  }

  /// The file as it was opened.
  public Path file() {
    return path;
  }

  @Override
  public VectorSpace space() {
    return space;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int liveCount() {
    return size - tombstones.deadCount();
  }

  @Override
  public long label(int ordinal) {
    return labels.label(ordinal);
  }

  @Override
  public int ordinalAt(int position) {
    return labels.ordinalAt(position);
  }

  @Override
  public int ordinalOf(long label) {
    return labels.ordinalOf(label);
  }

  @Override
  public Tombstones tombstones() {
    return tombstones;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  /// Bytes of memory of its own: see [Residence].
  public long copiedBytes() {
    return copiedBytes;
  }

  /// Rows that a search which does not say how many scores exactly for each hit, as measured when
  /// the segment was sealed; empty without codes, except that it is 1 for lists of vectors.
  public OptionalDouble rescoreFactor() {
    if (lists != null) {
      return OptionalDouble.of(lists.header().tuning().rescoreFactor());
    }
    return coded == null ? OptionalDouble.empty() : OptionalDouble.of(coded.rescoreFactor());
  }

  /// What there is to know of its lists; empty if the index is another.
  public Optional<ListStats> listStats() {
    return Optional.ofNullable(lists).map(IvfLayout.Opened::stats);
  }

  @Override
  public void probe(
      SearchPlan plan,
      QueryBuffer query,
      OrdinalFilter returned,
      TopK hits,
      SearchScratch scratch) {
    SearchScratch.SegmentRows segment =
        new SearchScratch.SegmentRows(rows, tombstones, returned, size, size);
    if (fast != null) {
      scratch.probe(plan, query, hits, segment, fast);
    } else if (coded != null) {
      scratch.probe(plan, query, hits, segment, coded);
    } else if (lists != null) {
      scratch.probe(plan, query, hits, segment, lists.file());
    } else if (graph == null) {
      scratch.probeExactly(query, hits, segment);
    } else {
      scratch.probe(plan, query, hits, segment, graph);
    }
  }

  /// Checks everything that is promised about labels and links.
  ///
  /// @return what is wrong, empty if nothing is
  public List<String> verify() {
    List<String> violations = new ArrayList<>();
    labels.verify(violations);
    if (graph != null) {
      violations.addAll(graph.verify());
    }
    return violations;
  }

  @Override
  public void close() {
    memory.close();
  }

  /// The centroids of the lists; null if the index is another.
  Partition.@Nullable Centroids centroids() {
    return lists == null ? null : lists.centroids();
  }

  /// What the graph is walked on; null if that is the rows.
  @Nullable SegmentCodes codes() {
    return coded == null ? null : coded.codes();
  }

  /// The graph as lists of links; null if the index is none.
  @Nullable SealedGraph graph() {
    return graph;
  }

  @Override
  public VectorRows rows() {
    return rows;
  }
}
