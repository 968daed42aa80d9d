package dev.kith.bench.build;

import dev.kith.bench.progress.Progress;
import dev.kith.client.PointId;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import dev.kith.index.build.BuildMemory;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.codec.Codec;
import dev.kith.index.plan.RecallSample;
import dev.kith.server.bulk.IndexFolder;
import dev.kith.server.bulk.IndexFolderWriter;
import dev.kith.server.bulk.IndexManifest;
import dev.kith.server.collection.ProcessMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Builds an index folder of a file of vectors.
public final class IndexBuild {
  private static final int MAX_BATCH_ROWS = 1_000;
  private static final int BATCH_BYTES = 1 << 20;
  private static final int SAMPLE_EF = 100;

  private final Settings settings;
  private final VectorFile source;
  private final long rows;

  /// What to build.
  ///
  /// @param out the folder to make
  /// @param definition shape, index and size of segments
  /// @param threads that link and seal, in `[1, 1024]`
  /// @param ids a file of ids, one a line; null numbers the rows from 0
  public record Settings(
      Path out, IndexFolderWriter.Definition definition, int threads, @Nullable Path ids) {}

  /// @param source its rows, from the first one on; closed by the caller
  /// @throws IllegalArgumentException if nobody knows how many rows there are
  public IndexBuild(Settings settings, VectorFile source) {
    this.settings = settings;
    this.source = source;
    this.rows =
        source
            .count()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s: expected .npy, .fvecs, .bvecs, .ivecs, .hdf5 or .h5; load files of ids"
                                .formatted(source.path())
                            + " and payloads with `kith import`"));
  }

  /// Memory that it takes at most, about: for one segment, the largest, and the Java heap.
  public long memoryBytes() {
    return largestSegment() * bytesPerRow() + heapBytes();
  }

  private static long heapBytes() {
    return Runtime.getRuntime().maxMemory();
  }

  private long largestSegment() {
    return Math.min(rows, settings.definition().segmentPoints());
  }

  private long bytesPerRow() {
    IndexFolderWriter.Definition definition = settings.definition();
    return BuildMemory.bytesPerRow(definition.space(), definition.index(), settings.threads());
  }

  /// Says in a sentence what is to be built and what it takes.
  public String announcement() {
    long segments = Math.max(1, Math.ceilDiv(rows, (long) settings.definition().segmentPoints()));
    return String.format(
        Locale.ROOT,
        "building %,d vectors of %d dimensions in %d segment%s with %d thread%s; takes up to"
            + " about %,d MiB of memory, %,d of it for the Java heap",
        rows,
        source.dimension(),
        segments,
        segments == 1 ? "" : "s",
        settings.threads(),
        settings.threads() == 1 ? "" : "s",
        Math.ceilDiv(memoryBytes(), 1L << 20),
        heapBytes() >> 20);
  }

  /// Refuses what cannot fit.
  ///
  /// @param availableBytes memory that can be had; 0 if unknown
  /// @throws IllegalArgumentException if more is needed, saying what would fit
  public void requireMemory(long availableBytes) {
    if (availableBytes > 0 && memoryBytes() > availableBytes) {
      long fitting = (availableBytes - heapBytes()) / bytesPerRow();
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a segment of %,d vectors takes about %,d MiB of memory to build, the Java heap"
                  + " included, and the machine has %,d MiB left; %s",
              largestSegment(),
              Math.ceilDiv(memoryBytes(), 1L << 20),
              availableBytes >> 20,
              fitting >= 1_000
                  ? "--segment-points %d would fit".formatted(fitting / 1_000 * 1_000)
                  : "free some first"));
    }
  }

  /// Builds it.
  ///
  /// @throws IllegalArgumentException if the ids or a vector cannot be taken
  public BuildReport run() throws IOException {
    Path idFile = settings.ids();
    if (idFile != null) {
      IdLines.check(idFile, rows);
    }
    long start = System.nanoTime();
    IndexManifest manifest = write(idFile);
    double seconds = (System.nanoTime() - start) / 1e9;
    long peak = ProcessMemory.peakResident(); // Measuring maps the segments, which would count.
    long segmentBytes =
        manifest.segments().stream().mapToLong(segment -> segment.file().bytes()).sum();
    return new BuildReport(
        manifest.points(),
        manifest.segments().size(),
        seconds,
        peak,
        segmentBytes,
        segmentBytes + manifest.pointsFile().bytes(),
        measure());
  }

  private IndexManifest write(@Nullable Path idFile) throws IOException {
    try (Shown shown = new Shown(rows);
        IndexFolderWriter writer =
            IndexFolderWriter.create(
                settings.out(), settings.definition(), settings.threads(), shown)) {
      int atOnce = Math.clamp(BATCH_BYTES / (source.dimension() * Float.BYTES), 1, MAX_BATCH_ROWS);
      RowBatch batch = source.next(atOnce);
      while (batch != null) {
        append(writer, batch);
        batch = source.next(atOnce);
      }
      if (idFile == null) {
        long[] next = new long[1];
        return writer.finish(() -> key(PointId.of(next[0]++)));
      }
      try (IdLines ids = IdLines.open(idFile)) {
        return writer.finish(() -> key(ids.next()));
      }
    }
  }

  private void append(IndexFolderWriter writer, RowBatch batch) throws IOException {
    int rowBytes = batch.dimension() * Float.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(batch.rows() * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(batch.vectors());
    MemorySegment vectors = MemorySegment.ofBuffer(bytes);
    for (int row = 0; row < batch.rows(); row++) {
      try {
        writer.append(vectors, (long) row * rowBytes);
      } catch (IllegalArgumentException unusable) {
        throw new IllegalArgumentException(
            "%s: row %d: %s"
                .formatted(source.path(), batch.firstRow() + row, unusable.getMessage()),
            unusable);
      }
    }
  }

  private static byte[] key(PointId id) {
    dev.kith.server.collection.PointId stored =
        switch (id) {
          case PointId.Number(long value) -> new dev.kith.server.collection.PointId.Number(value);
          case PointId.Uuid(var value) -> new dev.kith.server.collection.PointId.Uuid(value);
          case PointId.Text(String value) -> new dev.kith.server.collection.PointId.Text(value);
        };
    return stored.toKey();
  }

  private Optional<RecallSample.Result> measure() throws IOException {
    IndexFolder folder = IndexFolder.open(settings.out());
    IndexManifest manifest = folder.manifest();
    List<SealedSegment> segments = new ArrayList<>();
    try {
      for (int segment = 0; segment < manifest.segments().size(); segment++) {
        segments.add(SealedSegment.open(folder.segmentFile(segment), manifest.space()));
      }
      int ef = manifest.index() instanceof IndexSpec.Ivf ? 0 : SAMPLE_EF;
      RecallSample.Spec sample = new RecallSample.Spec(200, 10, ef, 1);
      return new RecallSample(segments, sample, () -> false).measure();
    } finally {
      segments.forEach(SealedSegment::close);
    }
  }

  /// What is indexed in words, for reports.
  public static String describe(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat(var codec) -> "flat" + describe(codec);
      case IndexSpec.Ivf(var params, var codec) ->
          "ivf lists=%s%s%s"
              .formatted(
                  params.lists() == 0 ? "auto" : params.lists(),
                  params.spill() ? " spill" : "",
                  codec.hasCodes() ? describe(codec) : " codec=f32");
      case IndexSpec.Hnsw(var params, var layout, var codec) ->
          "hnsw m=%d ef_construction=%d layout=%s%s"
              .formatted(
                  params.m(),
                  params.efConstruction(),
                  layout.name().toLowerCase(Locale.ROOT),
                  describe(codec));
    };
  }

  private static String describe(Codec codec) {
    return (codec.hasCodes() ? " codec=" + codec.name() : "")
        + (codec.bits() > 0 ? " codec_bits=" + codec.bits() : "")
        + (codec instanceof Codec.Prefix prefix ? describe(prefix) : "");
  }

  private static String describe(Codec.Prefix codec) {
    List<String> widths = codec.widths().stream().map(String::valueOf).toList();
    String basis = codec.basis().name().toLowerCase(Locale.ROOT).replace('_', '-');
    return " prefixes=%s basis=%s"
        .formatted(widths.isEmpty() ? "auto" : String.join(",", widths), basis);
  }

  /// The listener behind the bars: one for linking, one for each segment's sealing.
  private static final class Shown implements IndexFolderWriter.Listener, AutoCloseable {
    private final Progress linking;
    private @Nullable Progress sealing;
    private int segment;

    Shown(long rows) {
      this.linking = Progress.start("Linking", rows, " vectors");
    }

    @Override
    public void linked(long rows) {
      linking.reach(rows);
    }

    @Override
    public synchronized void sealing(int number, long done, long total) {
      Progress bar = sealing;
      if (bar == null || segment != number) {
        bar = Progress.start("Sealing " + number, total, " steps");
        sealing = bar;
        segment = number;
      }
      bar.reach(done);
      if (done == total) {
        bar.close();
        sealing = null;
      }
    }

    @Override
    public synchronized void close() {
      linking.close();
      if (sealing != null) {
        sealing.close();
      }
    }
  }
}
