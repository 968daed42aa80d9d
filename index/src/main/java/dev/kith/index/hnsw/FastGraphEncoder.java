package dev.kith.index.hnsw;

import dev.kith.index.codec.BlockEncoder;
import dev.kith.index.kernel.FastScan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Writes the records and pivots that a [FastGraph] reads. Owned by one worker; there may be
/// several of one source, and each writes the same.
///
/// A list that is not full is filled with the nearest of its neighbours' neighbours: a block of
/// codes costs the same whether it is full or not, and more links need fewer hops (on
/// WordNet-MiniLM a list holds 23 of 32 links before, and a search for a recall@10 of .976 visits
/// 51 nodes with them, 41 with full lists).
public final class FastGraphEncoder {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FastGraphSource source;
  private final SealedGraph graph;
  private final RecordLayout layout;
  private final BlockEncoder blocks;
  private final ListFiller filler;
  private final int[] links;
  private final float[] centre;

  /// @param source all rows of which are prepared before the first call of a method here
  public FastGraphEncoder(FastGraphSource source) {
    this.source = source;
    this.graph = source.graph;
    this.layout = source.layout;
    this.blocks = new BlockEncoder(source.code, source.space.metric(), RecordLayout.FACTORS);
    this.filler = new ListFiller(source);
    this.links = new int[layout.slots()];
    this.centre = new float[source.code.dimension()];
  }

  /// Writes the record of a node.
  ///
  /// @param target takes [FastGraphSource#recordBytes()] bytes from `offset` on
  public void writeRecord(int node, MemorySegment target, long offset) {
    target.asSlice(offset, layout.bytes()).fill((byte) 0);
    MemorySegment.copy(source.rows(), source.rowAt(node), target, offset, layout.rowBytes());
    MemorySegment.copy(source.rotated, FLOAT, source.rotatedAt(node), centre, 0, centre.length);
    int count = filler.fill(node, centre, links, readLinks(node));
    long linksAt = offset + layout.linksAt();
    for (int place = 0; place < count; place++) {
      GraphLinks.write(target, linksAt, place, links[place]);
      links[place] = GraphLinks.target(links[place]);
    }
    blocks.setCentre(centre);
    for (int block = 0; block < layout.blocks(); block++) {
      int from = block * FastScan.BLOCK;
      blocks.write(
          source.rotated,
          links,
          from,
          Math.clamp(count - from, 0, FastScan.BLOCK),
          target,
          offset + layout.blocksAt() + block * layout.blockBytes());
    }
  }

  /// Writes the pivots: the entry, and nodes at even distances.
  ///
  /// @param target zeros, [FastGraphSource#pivotBytes()] long
  public void writePivots(MemorySegment target) {
    int size = graph.size();
    MemorySegment mean = target.asSlice(0, layout.rowBytes());
    writeMean(mean);
    MemorySegment.copy(mean, FLOAT, 0, centre, 0, centre.length);
    source.rotation.rotate(centre);
    blocks.setCentre(centre);
    int wanted = PivotBlocks.blocks(size) * FastScan.BLOCK;
    int[] pivots = new int[FastScan.BLOCK];
    int count = 0;
    int block = 0;
    for (int i = 0; i < wanted && size > 0; i++) {
      int node = i == 0 ? graph.entry().node() : (int) ((long) i * size / wanted);
      // A node that hangs on the chain of another one leads nowhere but on along the chain.
      if (i == 0 || (leadsOn(node) && node != (int) ((i - 1L) * size / wanted))) {
        pivots[count++] = node;
      }
      if (count == FastScan.BLOCK || i == wanted - 1) {
        writePivots(target, block++, pivots, count);
        count = 0;
      }
    }
    for (; block < PivotBlocks.blocks(size); block++) {
      writePivots(target, block, pivots, 0);
    }
  }

  private void writePivots(MemorySegment target, int block, int[] pivots, int count) {
    for (int place = 0; place < count; place++) {
      GraphLinks.write(
          target, PivotBlocks.linksAt(layout, block), place, GraphLinks.link(pivots[place]));
    }
    blocks.write(source.rotated, pivots, 0, count, target, PivotBlocks.codesAt(layout, block));
  }

  private void writeMean(MemorySegment target) {
    double[] sums = new double[source.code.dimension()];
    float[] row = new float[sums.length];
    for (int node = 0; node < graph.size(); node++) {
      MemorySegment.copy(source.rows(), FLOAT, source.rowAt(node), row, 0, row.length);
      for (int i = 0; i < row.length; i++) {
        sums[i] += row[i];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      target.setAtIndex(FLOAT, i, (float) (sums[i] / Math.max(1, graph.size())));
    }
  }

  private boolean leadsOn(int node) {
    int count = readLinks(node);
    return count > 1 || (count == 1 && links[0] > 0);
  }

  /// Reads the links of a node, marks included, and returns how many there are.
  private int readLinks(int node) {
    GraphLinks from = graph.links();
    long list = from.list(0, node);
    int count = 0;
    while (count < from.slots(0)) {
      int link = GraphLinks.read(from.level0(), list, count);
      if (link == 0) {
        break;
      }
      links[count++] = link;
    }
    return count;
  }
}
