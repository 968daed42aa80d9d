package dev.kith.index.hnsw;

import dev.kith.index.codec.BlockEncoder;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.Rabitq;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Writes the records and pivots that a [FastGraph] reads. Owned by one worker.
///
/// A list that is not full is filled with the nearest of its neighbours' neighbours: a block of
/// codes costs the same whether it is full or not, and more links need fewer hops (on
/// WordNet-MiniLM a list holds 23 of 32 links before, and a search for a recall@10 of .976 visits
/// 51 nodes with them, 41 with full lists).
///
/// While it lives it holds a rotated copy of all rows.
public final class FastGraphEncoder {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SealedGraph graph;
  private final VectorRows rows;
  private final int[] rowOf;
  private final RecordLayout layout;
  private final Rabitq code;
  private final MemorySegment rotated;
  private final BlockEncoder blocks;
  private final RandomRotation rotation;

  private final F32Scorer scorer = new F32Scorer();
  private final VisitedSet seen = new VisitedSet();
  private final int[] links;
  private final int[] found;
  private final int[] foundRows;
  private final float[] scores;
  private final long[] scored;

  /// Rotates all rows.
  ///
  /// @param graph to encode, as lists of `2 * m` links
  /// @param rows the node with ordinal `i` is row `rowOf[i]`
  /// @param arena owns the copy of the rows
  /// @param progress hears how many rows are done
  public FastGraphEncoder(
      FastGraph.Params params,
      SealedGraph graph,
      VectorRows rows,
      int[] rowOf,
      Arena arena,
      IntConsumer progress) {
    this.graph = graph;
    this.rows = rows;
    this.rowOf = rowOf;
    this.layout = RecordLayout.of(params.space(), params.m(), params.bits());
    this.code = RecordLayout.code(params.space(), params.bits());
    this.rotation = params.rotation();
    this.blocks = new BlockEncoder(code, params.space().metric());
    this.links = new int[layout.slots()];
    int neighbours = 2 * params.m();
    this.found = new int[neighbours * neighbours];
    this.foundRows = new int[found.length];
    this.scores = new float[found.length];
    this.scored = new long[found.length];
    this.rotated = OffHeap.reserve(Math.max(1, graph.size() * rotatedBytes()), arena);
    float[] row = new float[code.dimension()];
    for (int node = 0; node < graph.size(); node++) {
      MemorySegment.copy(rows.segment(), FLOAT, rows.offset(rowOf[node]), row, 0, row.length);
      rotation.rotate(row);
      MemorySegment.copy(row, 0, rotated, FLOAT, node * rotatedBytes(), row.length);
      progress.accept(node + 1);
    }
  }

  /// Bytes of a record.
  public long recordBytes() {
    return layout.bytes();
  }

  /// Bytes of the pivots.
  public long pivotBytes() {
    return PivotBlocks.bytes(layout, graph.size());
  }

  /// Writes the record of a node.
  ///
  /// @param target zeros, [#recordBytes()] from `offset` on
  public void writeRecord(int node, MemorySegment target, long offset) {
    MemorySegment.copy(rows.segment(), rows.offset(rowOf[node]), target, offset, layout.rowBytes());
    int count = fill(node, readLinks(node));
    long linksAt = offset + layout.linksAt();
    for (int place = 0; place < count; place++) {
      GraphLinks.write(target, linksAt, place, links[place]);
      links[place] = GraphLinks.target(links[place]);
    }
    blocks.setCentre(rotated, node * rotatedBytes());
    for (int block = 0; block < layout.blocks(); block++) {
      int from = block * FastScan.BLOCK;
      blocks.write(
          rotated,
          links,
          from,
          Math.clamp(count - from, 0, FastScan.BLOCK),
          target,
          offset + layout.blocksAt() + block * layout.blockBytes());
    }
  }

  /// Writes the pivots: the entry, and nodes at even distances.
  ///
  /// @param target zeros, [#pivotBytes()] long
  public void writePivots(MemorySegment target) {
    int size = graph.size();
    MemorySegment mean = target.asSlice(0, layout.rowBytes());
    writeMean(mean);
    float[] centre = new float[code.dimension()];
    MemorySegment.copy(mean, FLOAT, 0, centre, 0, centre.length);
    rotation.rotate(centre);
    blocks.setCentre(MemorySegment.ofArray(centre), 0);
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
    blocks.write(rotated, pivots, 0, count, target, PivotBlocks.codesAt(layout, block));
  }

  private void writeMean(MemorySegment target) {
    double[] sums = new double[code.dimension()];
    float[] row = new float[sums.length];
    for (int node = 0; node < graph.size(); node++) {
      MemorySegment.copy(rows.segment(), FLOAT, rows.offset(rowOf[node]), row, 0, row.length);
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

  private int fill(int node, int count) {
    if (count == layout.slots()) {
      return count;
    }
    int candidates = gather(node, count);
    scorer.bind(rows, rowOf[node]);
    scorer.score(foundRows, candidates, scores);
    for (int i = 0; i < candidates; i++) {
      scored[i] = Scored.pack(found[i], scores[i]);
    }
    Arrays.sort(scored, 0, candidates);
    int filled = count;
    for (int i = candidates - 1; i >= 0 && filled < layout.slots(); i--) {
      links[filled++] = GraphLinks.link(Scored.ordinal(scored[i])) | GraphLinks.FILLING;
    }
    return filled;
  }

  /// Finds the neighbours of the neighbours of a node that it does not link to. Never along twin
  /// links: no other link may lead to a twin.
  private int gather(int node, int count) {
    GraphLinks from = graph.links();
    seen.reset(graph.size());
    seen.add(node);
    for (int place = 0; place < count; place++) {
      seen.add(GraphLinks.target(links[place]));
    }
    int candidates = 0;
    for (int place = 0; place < count; place++) {
      if (links[place] < 0) {
        continue;
      }
      long list = from.list(0, GraphLinks.target(links[place]));
      for (int next = 0; next < from.slots(0); next++) {
        int link = GraphLinks.read(from.level0(), list, next);
        if (link == 0) {
          break;
        }
        if (link > 0 && seen.add(GraphLinks.target(link)) == 1) {
          found[candidates] = GraphLinks.target(link);
          foundRows[candidates++] = rowOf[GraphLinks.target(link)];
        }
      }
    }
    return candidates;
  }

  private long rotatedBytes() {
    return (long) code.dimension() * Float.BYTES;
  }
}
