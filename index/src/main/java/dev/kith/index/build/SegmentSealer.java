package dev.kith.index.build;

import dev.kith.index.codec.Codec;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.hnsw.FastGraph;
import dev.kith.index.hnsw.FastGraphSource;
import dev.kith.index.hnsw.Graph;
import dev.kith.index.hnsw.GraphCompactor;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.SectionFileWriter;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Writes the live rows of a segment to a file, once.
final class SegmentSealer {

  /// Rows between two reports.
  private static final int REPORT_ROWS = 1024;

  /// Of the draws for a scan of codes, which has no seed of its own.
  private static final long SCAN_SEED = 1;

  private final SegmentReader segment;
  private final IndexSpec index;
  private final Codec codec;
  private final long seed;
  private final @Nullable Graph graph;
  private final int size;
  private final long lsn;
  private final int threads;
  private final SealProgress progress;
  private final int[] newOrdinals;
  private final int live;
  private int reported;

  /// @param index which index the file is to have; not an inverted file
  /// @param graph of all rows of the segment; null if the index is none
  /// @param threads that write records of the layout FAST, or learn and code words, the calling one
  ///   included
  SegmentSealer(
      SegmentReader segment,
      IndexSpec index,
      @Nullable Graph graph,
      long lsn,
      int threads,
      SealProgress progress) {
    this.segment = segment;
    this.index = index;
    this.codec = index.codec();
    this.seed =
        index instanceof IndexSpec.Hnsw(HnswParams params, _, _) ? params.seed() : SCAN_SEED;
    this.graph = graph;
    this.size = segment.size();
    this.lsn = lsn;
    this.threads = threads;
    this.progress = progress;
    this.newOrdinals = new int[size];
    // Who is dead is decided here, once: a row killed later stays in the file, whole.
    Tombstones tombstones = segment.tombstones();
    int next = 0;
    for (int ordinal = 0; ordinal < size; ordinal++) {
      newOrdinals[ordinal] = tombstones.isDead(ordinal) ? -1 : next++;
    }
    this.live = next;
  }

  void write(Path file) throws IOException {
    progress.report(0, total());
    try (Arena arena = Arena.ofShared();
        SectionFileWriter writer = SectionFileWriter.create(file)) {
      SealedGraph compact =
          graph != null && index instanceof IndexSpec.Hnsw
              ? new GraphCompactor(graph, segment.rows(), newOrdinals, this::count).seal(arena)
              : null;
      SegmentCodes codes = isCoded() ? codes(arena) : null;
      float rescoreFactor = codes == null ? 0 : rescoreFactor(compact, codes);
      writeHeader(writer, header(compact, rescoreFactor), arena);
      writeLabels(writer, arena);
      if (compact != null && isFast()) {
        writeRecords(writer, compact);
      } else {
        writeRows(writer);
      }
      if (codes != null) {
        CodeSections.write(writer, codec, codes, live, arena);
      }
      if (compact != null) {
        if (!isFast()) {
          write(writer, SealedLayout.LINKS, compact.level0());
        }
        write(writer, SealedLayout.POINTERS, compact.pointers());
        write(writer, SealedLayout.UPPER, compact.upper());
        writeDimension(writer, compact.dimension(), arena);
      }
      progress.report(total(), total()); // The last chance to stop.
      writer.commit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    }
  }

  private SegmentCodes codes(Arena arena) throws InterruptedException {
    return SegmentCodes.encode(
        codec, segment.rows(), sources(), seed, threads, arena, this::encoded);
  }

  private void encoded(int rows) {
    if (rows == 0) {
      report(); // Whoever waits may want no more.
    } else {
      count(size + rows);
    }
  }

  private float rescoreFactor(@Nullable SealedGraph compact, SegmentCodes codes) {
    return new RescoreSample(compact, codes, segment.rows(), sources()).factor(seed, this::report);
  }

  private void report() {
    progress.report(reported, total());
  }

  private boolean isFast() {
    return index instanceof IndexSpec.Hnsw(_, Layout layout, _) && layout == Layout.FAST;
  }

  private boolean isCoded() {
    return codec.hasCodes();
  }

  private long total() {
    return (isFast() || isCoded() ? 3L : 2L) * size;
  }

  /// For every row of the file its ordinal in the segment.
  private int[] sources() {
    int[] sources = new int[live];
    for (int ordinal = 0; ordinal < size; ordinal++) {
      if (newOrdinals[ordinal] >= 0) {
        sources[newOrdinals[ordinal]] = ordinal;
      }
    }
    return sources;
  }

  private void count(int done) {
    if (done - reported >= REPORT_ROWS) {
      reported = done;
      progress.report(done, total());
    }
  }

  private SealedLayout.Header header(@Nullable SealedGraph compact, float rescoreFactor) {
    SealedLayout.GraphHeader own = SealedLayout.GraphHeader.NONE;
    if (compact != null && index instanceof IndexSpec.Hnsw(HnswParams params, _, _)) {
      own =
          new SealedLayout.GraphHeader(
              params.m(),
              params.efConstruction(),
              compact.entry().node(),
              compact.entry().level(),
              isFast() ? fastBits() : codec.bits(),
              seed,
              codec.number(),
              rescoreFactor);
    } else if (isCoded()) {
      own =
          new SealedLayout.GraphHeader(
              0, 0, 0, 0, codec.bits(), seed, codec.number(), rescoreFactor);
    }
    return new SealedLayout.Header(
        SealedLayout.version(index),
        segment.space().dimension(),
        SealedLayout.code(segment.space().metric()),
        compact == null ? SealedLayout.FLAT : SealedLayout.HNSW,
        lsn,
        live,
        own);
  }

  private int fastBits() {
    return RabitqCode.suitableBits(segment.space().dimension());
  }

  private static void writeHeader(SectionFileWriter writer, SealedLayout.Header header, Arena arena)
      throws IOException {
    MemorySegment section = arena.allocate(SealedLayout.SEGMENT_BYTES, Long.BYTES);
    header.write(section);
    write(writer, SealedLayout.SEGMENT, section);
  }

  private void writeLabels(SectionFileWriter writer, Arena arena) throws IOException {
    MemorySegment labels = arena.allocate((long) live * Long.BYTES, Long.BYTES);
    for (int ordinal = 0; ordinal < size; ordinal++) {
      if (newOrdinals[ordinal] >= 0) {
        labels.setAtIndex(SealedLayout.LONG, newOrdinals[ordinal], segment.label(ordinal));
      }
    }
    write(writer, SealedLayout.LABELS, labels);
  }

  private static void writeDimension(SectionFileWriter writer, double dimension, Arena arena)
      throws IOException {
    MemorySegment section = arena.allocate(SealedLayout.DOUBLE);
    section.set(SealedLayout.DOUBLE, 0, dimension);
    write(writer, SealedLayout.DIMENSION, section);
  }

  private void writeRows(SectionFileWriter writer) throws IOException {
    writer.begin(SealedLayout.ROWS);
    VectorRows rows = segment.rows();
    long rowBytes = VectorRows.strideBytes(segment.space());
    // Runs of live rows are written in one piece, as far as the next report, unless other things
    // lie between them.
    int longestRun = rows.stride() == rowBytes ? REPORT_ROWS : 1;
    int from = 0;
    while (from < size) {
      int to = from;
      while (to < size && to - from < longestRun && newOrdinals[to] >= 0) {
        to++;
      }
      if (to > from) {
        writer.append(rows.segment(), rows.offset(from), (to - from) * rowBytes);
      }
      from = to < size && newOrdinals[to] < 0 ? to + 1 : to;
      count((isCoded() ? 2 : 1) * size + from);
    }
  }

  private void writeRecords(SectionFileWriter writer, SealedGraph graph) throws IOException {
    FastGraph.Params params = new FastGraph.Params(segment.space(), graph.m(), fastBits(), seed);
    try (Arena arena = Arena.ofShared()) {
      FastGraphSource source = new FastGraphSource(params, graph, segment.rows(), sources(), arena);
      new RecordSections(source, threads, done -> count(size + done)).write(writer);
    }
  }

  static void write(SectionFileWriter writer, String name, MemorySegment bytes) throws IOException {
    writer.begin(name);
    writer.append(bytes);
  }
}
