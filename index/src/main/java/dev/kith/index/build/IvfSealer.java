package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.ProductCode;
import dev.kith.index.codec.ProductQuantizer;
import dev.kith.index.codec.ProductRows;
import dev.kith.index.codec.Projection;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.Rotation;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.ivf.CentroidGraph;
import dev.kith.index.ivf.CoarseQuantizer;
import dev.kith.index.ivf.InvertedLists;
import dev.kith.index.ivf.IvfEncoder;
import dev.kith.index.ivf.ListCodes;
import dev.kith.index.ivf.Partition;
import dev.kith.index.ivf.Spill;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.ivf.TuningSample;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.SectionFileWriter;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Writes the live rows of a segment to a file with an inverted file, once.
///
/// Memory beside the rows: the codes, 20 bytes a row, 40 if rows are in second lists, and 140 bytes
/// a list for a graph over many; while centroids are learnt, 32 bytes a row that they are learnt
/// from; while words are, those differences that they are learnt from ([WordTraining]), twice for a
/// rotation.
final class IvfSealer {

  /// Bytes of rows copied before they are written.
  private static final int COPIED = 1 << 20;

  /// Parts of the work, in thousandths, that end when centroids are known, when rows are in lists,
  /// when centroids are linked, when rows are in second lists, when they are coded, and when
  /// defaults are measured.
  private static final int TRAINED = 500;

  private static final int ASSIGNED = 600;
  private static final int LINKED = 620;
  private static final int SPILLED = 660;
  private static final int CODED = 800;
  private static final int MEASURED = 900;
  private static final int ALL = 1000;

  private final SegmentReader segment;
  private final VectorSpace space;
  private final IndexSpec.Ivf index;
  private final ListLearning learning;
  private final @Nullable KnownLists known;
  private final int graphLists;
  private final long lsn;
  private final int threads;
  private final SealProgress progress;
  private final int[] live;

  /// What makes prefixes, once it was learnt; null before that, or if there are none.
  private @Nullable Projection projection;

  /// @param learning what lists are learnt from, if they are
  /// @param known centroids and lists to keep; null to learn some
  /// @param graphLists lists from which on the file gets a graph over their centroids, above 1;
  ///   [CentroidGraph#LEAST_LISTS] unless a test asks for less
  /// @param threads with the calling one
  IvfSealer(
      SegmentReader segment,
      IndexSpec.Ivf index,
      ListLearning learning,
      @Nullable KnownLists known,
      int graphLists,
      long lsn,
      int threads,
      SealProgress progress) {
    this.segment = segment;
    this.space = segment.space();
    this.index = index;
    this.learning = learning;
    this.known = known;
    this.graphLists = graphLists;
    this.lsn = lsn;
    this.threads = threads;
    this.progress = progress;
    // Who is dead is decided here, once: a row killed later stays in the file, whole.
    this.live =
        IntStream.range(0, segment.size())
            .map(segment::ordinalAt)
            .filter(ordinal -> !segment.tombstones().isDead(ordinal))
            .toArray();
  }

  void write(Path file) throws IOException {
    try (Arena arena = Arena.ofShared();
        SectionFileWriter writer = SectionFileWriter.create(file)) {
      report(0);
      Partition partition = partition(arena);
      CoarseQuantizer coarse = coarse(partition.centroids(), arena);
      int[] sources = IntStream.of(partition.order()).map(i -> live[i]).toArray();
      Spill spill = spill(partition, sources, arena);
      ListCodes codes = codes(partition, spill, sources, arena);
      Optional<PrefixRows> prefixes = prefixes(partition.centroids(), codes, arena);
      Tuning tuning =
          new TuningSample(
                  new InvertedLists(coarse, prefixes, partition.starts(), spill, codes),
                  segment.rows(),
                  sources)
              .measure(index.params().seed(), () -> report(CODED));
      report(MEASURED);
      writeHeaders(writer, partition, codes, tuning, arena);
      writeLabels(writer, sources, partition.order(), arena);
      writeRows(writer, sources, arena);
      writeLists(writer, partition, spill, arena);
      CentroidSections.write(coarse, writer, arena);
      writeCodes(writer, codes, arena);
      if (prefixes.isPresent()) {
        SegmentSealer.write(writer, IvfLayout.CENTROID_PREFIXES, prefixes.get().stored());
      }
      report(ALL); // The last chance to stop.
      writer.commit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    }
  }

  private void report(int thousandths) {
    progress.report((long) segment.size() * thousandths / ALL, segment.size());
  }

  private void report(int from, int to, double share) {
    report(from + (int) ((to - from) * share));
  }

  private long leastLabel() {
    return live.length == 0 ? 0 : segment.label(live[0]);
  }

  private long greatestLabel() {
    return live.length == 0 ? 0 : segment.label(live[live.length - 1]);
  }

  private Partition partition(Arena arena) throws InterruptedException {
    if (live.length == 0) {
      VectorRows none = VectorRows.reserve(space, 1, arena);
      return new Partition(none, new int[2], new int[0], 0, 0, 0);
    }
    VectorRows rows = segment.rows();
    if (known == null && index.codec() instanceof Codec.Prefix codec) {
      long seed = index.params().seed();
      projection = Projection.learn(codec, rows, live, seed, threads, arena, () -> report(0));
      Optional<Projection> narrow = learning.chosen(projection, codec, rows, live, seed);
      if (narrow.isPresent()) {
        return partition(narrow.get(), rows, arena);
      }
    }
    Partition.Progress assigning = share -> report(TRAINED, ASSIGNED, share);
    if (known != null) {
      return Partition.of(known.centroids(), rows, live, known.of(live), threads, assigning);
    }
    Partition.Centroids learnt =
        Partition.train(
            index.params(), rows, live, threads, arena, share -> report(0, TRAINED, share));
    return Partition.of(learnt, rows, live, threads, assigning);
  }

  /// Puts rows in lists by their prefixes.
  private Partition partition(Projection narrow, VectorRows rows, Arena arena)
      throws InterruptedException {
    try (Arena scratch = Arena.ofShared()) {
      VectorRows prefixes = narrow.prefixes(rows, live, threads, scratch, () -> report(0));
      return Partition.ofPrefixes(
          index.params(),
          rows,
          live,
          prefixes,
          threads,
          arena,
          share -> report(0, ASSIGNED, share));
    }
  }

  /// Keeps the graph over centroids that are kept, if they have one.
  private CoarseQuantizer coarse(VectorRows centroids, Arena arena) {
    if (known != null
        && known.centroids().rows() == centroids
        && known.centroids().coarse() instanceof CentroidGraph graph) {
      return graph;
    }
    if (centroids.capacity() < graphLists) {
      return CoarseQuantizer.flat(centroids);
    }
    return CentroidGraph.build(
        centroids, index.params().seed(), share -> report(ASSIGNED, LINKED, share), arena);
  }

  private Spill spill(Partition partition, int[] sources, Arena arena) throws InterruptedException {
    if (!index.params().spill()) {
      return Spill.none(partition.centroids().capacity());
    }
    return Spill.of(
        partition,
        segment.rows(),
        sources,
        threads,
        arena,
        share -> report(LINKED, SPILLED, share));
  }

  private ListCodes codes(Partition partition, Spill spill, int[] sources, Arena arena)
      throws InterruptedException {
    Partition.Progress coding = share -> report(SPILLED, CODED, share);
    VectorRows rows = segment.rows();
    long seed = index.params().seed();
    IvfEncoder encoder = new IvfEncoder(partition, spill, rows, sources);
    SegmentCodes.Progress encoded = done -> coding.done((double) done / sources.length);
    return switch (index.codec()) {
      case Codec.F32() ->
          new ListCodes.Plain(rows); // Only centroids are asked before the file is open.
      case Codec.Rabitq(int asked) when asked <= RabitqCode.MAX_BITS -> {
        int dimension = VectorRows.paddedDimension(space);
        int bits = asked == 0 ? RabitqCode.suitableBits(space.dimension()) : asked;
        Optional<Rotation> rotation = Optional.of(IvfLayout.randomRotation(space, seed));
        yield coded(
            blocks(new RabitqCode(dimension, bits), rotation, encoder, arena), encoder, coding);
      }
      case Codec.Pq codec -> {
        WordTraining.Learnt learnt =
            encoder
                .training()
                .learn(
                    codec.listBits(), codec.rotated(), seed, threads, arena, () -> report(SPILLED));
        ListCodes.Relative codes =
            codec.listBits() == 4
                ? blocks(new ProductCode(learnt.words()), learnt.rotation(), encoder, arena)
                : words(learnt, encoder.entries(), arena);
        yield coded(codes, encoder, coding);
      }
      case Codec.Prefix prefix when projection != null ->
          new ListCodes.Rows(
              SegmentCodes.encode(
                  prefix, projection, rows, sources, seed, threads, arena, encoded));
      case Codec.F16(), Codec.Bf16(), Codec.Int8(), Codec.Rabitq _, Codec.Prefix _ ->
          new ListCodes.Rows(
              SegmentCodes.encode(index.codec(), rows, sources, seed, threads, arena, encoded));
    };
  }

  private static ListCodes.Blocks blocks(
      BlockCode code, Optional<Rotation> rotation, IvfEncoder encoder, Arena arena) {
    return new ListCodes.Blocks(
        code, rotation, FactorFormat.WRITTEN, room(encoder.bytes(code), arena));
  }

  private static ListCodes.Words words(WordTraining.Learnt learnt, int entries, Arena arena) {
    ProductQuantizer words = learnt.words();
    long bytes = ProductRows.bytes(words.parts(), words.bits(), FactorFormat.WRITTEN, entries);
    return new ListCodes.Words(
        new ProductRows(words, FactorFormat.WRITTEN, room(bytes, arena), entries),
        learnt.rotation());
  }

  private static MemorySegment room(long bytes, Arena arena) {
    return OffHeap.reserve(Math.max(1, bytes), arena).asSlice(0, bytes);
  }

  private ListCodes coded(ListCodes.Relative codes, IvfEncoder encoder, Partition.Progress coding)
      throws InterruptedException {
    encoder.write(codes, threads, coding);
    return codes;
  }

  private void writeHeaders(
      SectionFileWriter writer, Partition partition, ListCodes codes, Tuning tuning, Arena arena)
      throws IOException {
    MemorySegment common = arena.allocate(SealedLayout.SEGMENT_BYTES, Long.BYTES);
    new SealedLayout.Header(
            SealedLayout.version(index),
            space.dimension(),
            SealedLayout.code(space.metric()),
            index.params().spill() ? SealedLayout.SPILLED_IVF : SealedLayout.IVF,
            lsn,
            live.length,
            SealedLayout.GraphHeader.NONE)
        .write(common);
    SegmentSealer.write(writer, SealedLayout.SEGMENT, common);
    MemorySegment own = arena.allocate(IvfLayout.IVF_BYTES, Long.BYTES);
    int detail =
        switch (codes) {
          case ListCodes.Blocks(RabitqCode code, _, _, _) -> code.bits();
          case ListCodes.Blocks(ProductCode code, _, _, _) -> code.quantizer().parts();
          case ListCodes.Words(ProductRows words, _) -> words.quantizer().parts();
          case ListCodes.Plain _, ListCodes.Rows _ -> index.codec().bits();
        };
    new IvfLayout.Header(
            index.params().lists(),
            partition.centroids().capacity(),
            index.codec(),
            detail,
            tuning.usual().nprobe(),
            tuning.usual().rescoreFactor(),
            index.params().seed(),
            leastLabel(),
            partition.trained(),
            partition.trainedError(),
            partition.error(),
            index.params().spill(),
            FactorFormat.WRITTEN)
        .write(own);
    SegmentSealer.write(writer, IvfLayout.IVF, own);
    TuningSections.write(tuning, writer, arena);
  }

  private void writeLabels(SectionFileWriter writer, int[] sources, int[] order, Arena arena)
      throws IOException {
    long least = leastLabel();
    int bytes = LabelColumn.Ordered.bytes(least, greatestLabel());
    MemorySegment labels = arena.allocate((long) sources.length * bytes, bytes);
    MemorySegment byLabel = arena.allocate((long) sources.length * Integer.BYTES, Integer.BYTES);
    for (int position = 0; position < sources.length; position++) {
      long above = segment.label(sources[position]) - least;
      if (bytes == Integer.BYTES) {
        labels.setAtIndex(SealedLayout.INT, position, (int) above);
      } else {
        labels.setAtIndex(SealedLayout.LONG, position, above);
      }
      byLabel.setAtIndex(SealedLayout.INT, order[position], position);
    }
    SegmentSealer.write(writer, SealedLayout.LABELS, labels);
    SegmentSealer.write(writer, IvfLayout.ORDER, byLabel);
  }

  private void writeRows(SectionFileWriter writer, int[] sources, Arena arena) throws IOException {
    writer.begin(SealedLayout.ROWS);
    VectorRows rows = segment.rows();
    long rowBytes = VectorRows.packedBytes(space);
    int chunk = (int) Math.max(1, COPIED / rowBytes);
    MemorySegment copied = arena.allocate(chunk * rowBytes);
    for (int from = 0; from < sources.length; from += chunk) {
      int count = Math.min(chunk, sources.length - from);
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            rows.segment(), rows.offset(sources[from + i]), copied, i * rowBytes, rowBytes);
      }
      writer.append(copied, 0, count * rowBytes);
      report(MEASURED, ALL, (double) (from + count) / sources.length);
    }
  }

  private void writeLists(SectionFileWriter writer, Partition partition, Spill spill, Arena arena)
      throws IOException {
    VectorRows centroids = partition.centroids();
    writer.begin(IvfLayout.CENTROIDS);
    writer.append(centroids.segment(), 0, centroids.bytes(centroids.capacity()));
    int[] starts = partition.starts();
    MemorySegment section = arena.allocate((long) starts.length * Integer.BYTES, Integer.BYTES);
    for (int i = 0; i < starts.length; i++) {
      section.setAtIndex(SealedLayout.INT, i, starts[i]);
    }
    SegmentSealer.write(writer, IvfLayout.LISTS, section);
    if (index.params().spill()) {
      MemorySegment spilled = arena.allocate(IvfLayout.bytes(spill), Integer.BYTES);
      IvfLayout.store(spill, spilled);
      SegmentSealer.write(writer, IvfLayout.SPILLED, spilled);
    }
  }

  /// The prefixes of the centroids, if rows have some.
  private Optional<PrefixRows> prefixes(VectorRows centroids, ListCodes codes, Arena arena)
      throws InterruptedException {
    if (!(codes instanceof ListCodes.Rows(SegmentCodes rows))
        || !(rows instanceof PrefixRows prefixes)
        || !(index.codec() instanceof Codec.Prefix codec)) {
      return Optional.empty();
    }
    int[] all = IntStream.range(0, centroids.capacity()).toArray();
    return Optional.of(
        PrefixRows.encode(
            codec, prefixes.projection(), centroids, all, threads, arena, _ -> report(CODED)));
  }

  private void writeCodes(SectionFileWriter writer, ListCodes codes, Arena arena)
      throws IOException {
    switch (codes) {
      case ListCodes.Plain _ -> {
        // The rows are all there is.
      }
      case ListCodes.Rows(SegmentCodes rows) ->
          CodeSections.write(writer, index.codec(), rows, live.length, arena);
      case ListCodes.Blocks(BlockCode code, var rotation, _, MemorySegment blocks) -> {
        SegmentSealer.write(writer, SealedLayout.CODES, blocks);
        if (code instanceof ProductCode(var quantizer)) {
          WordSections.write(writer, new WordTraining.Learnt(quantizer, rotation), arena);
        }
      }
      case ListCodes.Words(ProductRows rows, var rotation) -> {
        SegmentSealer.write(writer, SealedLayout.CODES, rows.segment());
        WordSections.write(writer, new WordTraining.Learnt(rows.quantizer(), rotation), arena);
      }
    }
  }
}
