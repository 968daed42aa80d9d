package dev.kith.index.build;

import static dev.kith.index.build.SealedLayout.require;

import dev.kith.index.CorruptFileException;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.hnsw.CodedGraph;
import dev.kith.index.hnsw.FastGraph;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.IntrinsicDimension;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;

/// The sections of a file with a graph, read once.
///
/// @param header of the file, which has a graph
/// @param placement decides in which memory a section is served
record GraphSections(
    SectionFile file, SealedLayout.Header header, VectorSpace space, Placement placement) {

  /// Reads everything.
  ///
  /// @throws CorruptFileException if the sections do not hold together
  SealedIndex open(LabelColumn labels) throws CorruptFileException {
    if (header.graph().bits() > 0) {
      FastGraph fast = fast();
      return new SealedIndex.Fast(spec(Layout.FAST), labels, fast);
    }
    MemorySegment section =
        file.section(SealedLayout.ROWS, header.rows() * VectorRows.strideBytes(space));
    if (!header.isCoded()) {
      VectorRows rows = VectorRows.map(space, placement.place(section), header.rows());
      return new SealedIndex.Compact(spec(Layout.COMPACT), labels, rows, graph());
    }
    CodedGraph coded =
        new CodedGraph(
            graph(),
            codes(),
            VectorRows.map(space, placement.leave(section), header.rows()),
            header.graph().rescoreFactor());
    return new SealedIndex.Coded(spec(Layout.COMPACT), labels, coded);
  }

  private SealedGraph graph() throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    requireM();
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
    requireM();
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
    double dimension =
        file.section(SealedLayout.DIMENSION, Double.BYTES).get(SealedLayout.DOUBLE, 0);
    if (!(dimension >= 0 && Double.isFinite(dimension))) {
      throw new CorruptFileException(
          file.file(), "a dimension of the data of at least 0", Double.toString(dimension));
    }
    return dimension;
  }

  private SegmentCodes codes() throws CorruptFileException {
    long bytes = SegmentCodes.bytes(header.codec(), space, header.rows());
    MemorySegment stored = placement.place(file.section(SealedLayout.CODES, bytes));
    return SegmentCodes.map(header.codec(), space, stored, header.rows(), header.graph().seed());
  }

  private void requireM() throws CorruptFileException {
    int m = header.graph().m();
    require(
        m >= HnswParams.MIN_M && m <= HnswParams.MAX_M,
        file,
        "m in [%d, %d]".formatted(HnswParams.MIN_M, HnswParams.MAX_M),
        m);
  }

  private IndexSpec spec(Layout layout) throws CorruptFileException {
    SealedLayout.GraphHeader graph = header.graph();
    require(
        graph.efConstruction() >= 1 && graph.efConstruction() <= HnswParams.MAX_EF_CONSTRUCTION,
        file,
        "efConstruction in [1, %d]".formatted(HnswParams.MAX_EF_CONSTRUCTION),
        graph.efConstruction());
    return new IndexSpec.Hnsw(
        new HnswParams(graph.m(), graph.efConstruction(), graph.seed()), layout, header.codec());
  }
}
