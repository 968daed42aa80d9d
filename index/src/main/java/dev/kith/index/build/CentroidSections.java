package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.hnsw.Graph;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.ivf.CentroidGraph;
import dev.kith.index.ivf.CoarseQuantizer;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFileWriter;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The sections that hold a graph over the centroids of an inverted file, if it has one.
///
/// | section | content |
/// |---|---|
/// | `centroid-graph` | 32 bytes, below |
/// | `centroid-links`, `centroid-pointers`, `centroid-upper` | the layout of [dev.kith.index.hnsw.GraphLinks]; node `i` is the centroid of list `i` |
///
/// | offset in `centroid-graph` | type | field |
/// |---|---|---|
/// | 0 | int | m |
/// | 4 | int | entry node |
/// | 8 | int | level of the entry |
/// | 12 | int | zero |
/// | 16 | double | dimension of the centroids as measured while they were linked, 0 if it is not known |
/// | 24 | 8 bytes | zero |
final class CentroidSections {
  static final String GRAPH = "centroid-graph";
  static final String LINKS = "centroid-links";
  static final String POINTERS = "centroid-pointers";
  static final String UPPER = "centroid-upper";
  private static final int GRAPH_BYTES = 32;

  private CentroidSections() {}

  /// Writes the graph, if there is one.
  static void write(CoarseQuantizer coarse, SectionFileWriter writer, Arena arena)
      throws IOException {
    if (!(coarse instanceof CentroidGraph centroids)) {
      return;
    }
    SealedGraph graph = centroids.graph();
    MemorySegment header = arena.allocate(GRAPH_BYTES, Double.BYTES);
    header.set(SealedLayout.INT, 0, graph.m());
    header.set(SealedLayout.INT, 4, graph.entry().node());
    header.set(SealedLayout.INT, 8, graph.entry().level());
    header.set(SealedLayout.DOUBLE, 16, graph.dimension());
    SegmentSealer.write(writer, GRAPH, header);
    SegmentSealer.write(writer, LINKS, graph.level0());
    SegmentSealer.write(writer, POINTERS, graph.pointers());
    SegmentSealer.write(writer, UPPER, graph.upper());
  }

  /// Reads the graph over some centroids, if there is one.
  ///
  /// @throws CorruptFileException if it is not one over these
  static CoarseQuantizer read(SectionFile file, VectorRows centroids, Placement placement)
      throws CorruptFileException {
    if (!file.names().contains(GRAPH)) {
      return CoarseQuantizer.flat(centroids);
    }
    MemorySegment header = file.section(GRAPH, GRAPH_BYTES);
    int m = header.get(SealedLayout.INT, 0);
    SealedLayout.requireM(file, " of centroids", m);
    Graph.Entry entry =
        new Graph.Entry(header.get(SealedLayout.INT, 4), header.get(SealedLayout.INT, 8));
    try {
      SealedGraph graph =
          SealedGraph.over(
              m,
              entry,
              centroids.capacity(),
              placement.place(file.section(LINKS)),
              placement.place(file.section(POINTERS)),
              placement.place(file.section(UPPER)));
      double dimension =
          SealedLayout.requireDimension(file, "the centroids", header.get(SealedLayout.DOUBLE, 16));
      return new CentroidGraph(centroids, graph.measured(dimension));
    } catch (IllegalArgumentException mismatch) {
      throw new CorruptFileException(
          file.file(), "a graph of its centroids", String.valueOf(mismatch.getMessage()));
    }
  }
}
