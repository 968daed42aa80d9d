package dev.kith.index.build;

import static dev.kith.index.build.SealedLayout.require;

import dev.kith.index.CorruptFileException;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.flat.CodedScan;
import dev.kith.index.hnsw.CodedGraph;
import dev.kith.index.hnsw.FastGraph;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.IntrinsicDimension;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;

/// The sections of a file without lists, read once.
///
/// @param header of the file
/// @param placement decides in which memory a section is served
record SealedSections(
    SectionFile file, SealedLayout.Header header, VectorSpace space, Placement placement) {

  /// Reads everything.
  ///
  /// @throws CorruptFileException if the sections do not hold together
  SealedIndex open() throws CorruptFileException {
    long bytes = (long) header.rows() * Long.BYTES;
    LabelColumn labels =
        new LabelColumn.Ascending(
            placement.place(file.section(SealedLayout.LABELS, bytes)), header.rows());
    if (header.isFast()) {
      FastGraph fast = fast();
      return new SealedIndex.Fast(graphSpec(Layout.FAST), labels, fast);
    }
    boolean isGraph = header.index() == SealedLayout.HNSW;
    VectorRows rows = rows();
    if (!header.isCoded()) {
      return isGraph
          ? new SealedIndex.Compact(graphSpec(Layout.COMPACT), labels, rows, graph())
          : new SealedIndex.Scan(labels, rows);
    }
    float factor = header.graph().rescoreFactor();
    if (isGraph) {
      CodedGraph coded = new CodedGraph(graph(), codes(), rows, factor);
      return new SealedIndex.Coded(graphSpec(Layout.COMPACT), labels, coded);
    }
    CodedScan scan = new CodedScan(codes(), rows, factor);
    return new SealedIndex.ScanOfCodes(new IndexSpec.Flat(codec()), labels, scan);
  }

  /// The rows in a table of their own; beside codes they stay in the file.
  private VectorRows rows() throws CorruptFileException {
    MemorySegment section =
        file.section(SealedLayout.ROWS, header.rows() * VectorRows.strideBytes(space));
    return VectorRows.map(
        space,
        header.isCoded() ? placement.leave(section) : placement.place(section),
        header.rows());
  }

  private SealedGraph graph() throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    SealedLayout.requireM(file, "", graph.m());
    try {
      return SealedGraph.over(
              graph.m(),
              graph.entry(),
              header.rows(),
              placement.place(file.section(SealedLayout.LINKS)),
              placement.place(file.section(SealedLayout.POINTERS)),
              placement.place(file.section(SealedLayout.UPPER)))
          .measured(dimension());
    } catch (IllegalArgumentException mismatch) {
      throw new CorruptFileException(file.file(), "a graph of its rows", String.valueOf(mismatch));
    }
  }

  private FastGraph fast() throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    SealedLayout.requireM(file, "", graph.m());
    try {
      return FastGraph.over(
              new FastGraph.Params(space, graph.m(), graph.bits(), graph.seed()),
              graph.entry(),
              header.rows(),
              placement.place(file.section(SealedLayout.RECORDS)),
              placement.place(file.section(SealedLayout.POINTERS)),
              placement.place(file.section(SealedLayout.UPPER)),
              placement.place(file.section(SealedLayout.PIVOTS)))
          .measured(dimension());
    } catch (IllegalArgumentException mismatch) {
      throw new CorruptFileException(file.file(), "a graph of its rows", String.valueOf(mismatch));
    }
  }

  private double dimension() throws CorruptFileException {
    if (!file.names().contains(SealedLayout.DIMENSION)) {
      return IntrinsicDimension.UNKNOWN;
    }
    MemorySegment section = file.section(SealedLayout.DIMENSION, Double.BYTES);
    return SealedLayout.requireDimension(file, "the data", section.get(SealedLayout.DOUBLE, 0));
  }

  /// What made the codes; of vectors if there are none.
  private Codec codec() throws CorruptFileException {
    Codec codec = header.codec();
    return header.hasPrefixes() ? PrefixSections.codec(file, space, codec) : codec;
  }

  private SegmentCodes codes() throws CorruptFileException {
    long seed = header.graph().seed();
    return new CodeSections(file, header.rows(), seed, header.factors(), placement)
        .read(codec(), space);
  }

  private IndexSpec graphSpec(Layout layout) throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    require(
        graph.efConstruction() >= 1 && graph.efConstruction() <= HnswParams.MAX_EF_CONSTRUCTION,
        file,
        "efConstruction in [1, %d]".formatted(HnswParams.MAX_EF_CONSTRUCTION),
        graph.efConstruction());
    return new IndexSpec.Hnsw(
        new HnswParams(graph.m(), graph.efConstruction(), graph.seed()), layout, codec());
  }
}
