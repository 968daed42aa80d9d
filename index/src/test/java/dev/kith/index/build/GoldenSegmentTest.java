package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.store.SectionFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Segments of every layout version that was ever written are read as they were meant.
///
/// Files written by old versions exist in the world. If this fails, the format has changed: give
/// what is written now a version of its own and keep reading the old ones; do not write the files
/// anew. All are of the same forty rows. The file of version 2 was written by commit 699fd95, the
/// last before version 3; MEASURED is the first with a section `dimension`, which all graphs have
/// since; LISTS_GRAPH the first with a graph over its centroids; those of versions 7 and 8 by the
/// first commits that write them; the others by the writers of their versions as they were in
/// November 2026.
final class GoldenSegmentTest {
  private static final VectorSpace SPACE = new VectorSpace(16, Metric.EUCLIDEAN);
  private static final int ROWS = 40;
  private static final int K = 5;
  private static final long LSN = 4711;
  private static final HnswParams PARAMS = new HnswParams(4, 40, 9);

  @TempDir private Path folder;

  enum Golden {
    FLAT(1, SealedLayout.FLAT, new Codec.F32()),
    COMPACT(1, SealedLayout.HNSW, new Codec.F32()),
    MEASURED(1, SealedLayout.HNSW, new Codec.F32()),
    UNMARKED(2, SealedLayout.HNSW, new Codec.F32()),
    FAST(3, SealedLayout.HNSW, new Codec.F32()),
    F16(4, SealedLayout.HNSW, new Codec.F16()),
    BF16(4, SealedLayout.HNSW, new Codec.Bf16()),
    INT8(4, SealedLayout.HNSW, new Codec.Int8()),
    RABITQ(4, SealedLayout.HNSW, new Codec.Rabitq(0)),
    RABITQ_4(4, SealedLayout.HNSW, new Codec.Rabitq(4)),
    FLAT_INT8(4, SealedLayout.FLAT, new Codec.Int8()),
    FLAT_PQ_4(4, SealedLayout.FLAT, new Codec.Pq(4, false)),
    OPQ(4, SealedLayout.HNSW, new Codec.Pq(0, true)),
    LISTS_F32(5, SealedLayout.IVF, new Codec.F32()),
    LISTS_INT8(5, SealedLayout.IVF, new Codec.Int8()),
    LISTS_RABITQ(5, SealedLayout.IVF, new Codec.Rabitq(0)),
    LISTS_RABITQ_4(5, SealedLayout.IVF, new Codec.Rabitq(4)),
    LISTS_PQ(5, SealedLayout.IVF, new Codec.Pq(0, false)),
    LISTS_OPQ(5, SealedLayout.IVF, new Codec.Pq(0, true)),
    LISTS_OPQ_8(5, SealedLayout.IVF, new Codec.Pq(8, true)),
    LISTS_GRAPH(5, SealedLayout.IVF, new Codec.Rabitq(0)),
    SPILLED_INT8(6, SealedLayout.SPILLED_IVF, new Codec.Int8()),
    SPILLED_RABITQ(6, SealedLayout.SPILLED_IVF, new Codec.Rabitq(0)),
    SPILLED_PQ_8(6, SealedLayout.SPILLED_IVF, new Codec.Pq(8, false)),
    HALVES_FLAT_PQ_4(7, SealedLayout.FLAT, new Codec.Pq(4, false)),
    HALVES_OPQ(7, SealedLayout.HNSW, new Codec.Pq(0, true)),
    HALVES_LISTS_RABITQ(7, SealedLayout.IVF, new Codec.Rabitq(0)),
    HALVES_LISTS_PQ(7, SealedLayout.IVF, new Codec.Pq(0, false)),
    HALVES_LISTS_OPQ_8(7, SealedLayout.IVF, new Codec.Pq(8, true)),
    HALVES_LISTS_GRAPH(7, SealedLayout.IVF, new Codec.Rabitq(0)),
    HALVES_SPILLED_PQ_8(7, SealedLayout.SPILLED_IVF, new Codec.Pq(8, false)),
    FLAT_PREFIXES(8, SealedLayout.FLAT, prefixes(Basis.AS_IS, new Codec.F32())),
    PREFIXES(8, SealedLayout.HNSW, prefixes(Basis.PCA, new Codec.F32())),
    PREFIXES_OF_OPQ(8, SealedLayout.HNSW, prefixes(Basis.AS_IS, new Codec.Pq(0, true))),
    LISTS_PREFIXES(8, SealedLayout.IVF, prefixes(Basis.PCA, new Codec.F32())),
    SPILLED_PREFIXES(8, SealedLayout.SPILLED_IVF, prefixes(Basis.AS_IS, new Codec.F32())),
    LISTS_PREFIXES_OF_RABITQ(8, SealedLayout.IVF, prefixes(Basis.PCA, new Codec.Rabitq(4))),
    TUNED_PREFIXES(8, SealedLayout.IVF, prefixes(Basis.PCA, new Codec.F32()));

    private final int version;
    private final int kind;

    @SuppressWarnings("ImmutableEnumChecker") // A codec is a record of numbers.
    private final Codec codec;

    Golden(int version, int kind, Codec codec) {
      this.version = version;
      this.kind = kind;
      this.codec = codec;
    }

    private static Codec prefixes(Basis basis, Codec of) {
      return new Codec.Prefix(basis, List.of(3, 8), of);
    }

    private boolean hasLists() {
      return kind == SealedLayout.IVF || isSpilled();
    }

    private boolean isSpilled() {
      return kind == SealedLayout.SPILLED_IVF;
    }

    private boolean hasCentroidGraph() {
      return this == LISTS_GRAPH || this == HALVES_LISTS_GRAPH;
    }

    private Layout layout() {
      return this == UNMARKED || this == FAST ? Layout.FAST : Layout.COMPACT;
    }

    /// Whether files of this version are still written.
    boolean isWritten() {
      return this != UNMARKED && version == SealedLayout.version(index());
    }

    static Stream<Golden> written() {
      return Stream.of(values()).filter(Golden::isWritten);
    }

    private boolean isFlat() {
      return kind == SealedLayout.FLAT;
    }

    IndexSpec.Ivf lists() {
      return new IndexSpec.Ivf(new IvfParams(6, 9, isSpilled()), codec);
    }

    IndexSpec index() {
      if (hasLists()) {
        return lists();
      }
      return isFlat() ? new IndexSpec.Flat(codec) : new IndexSpec.Hnsw(PARAMS, layout(), codec);
    }

    Set<String> sections() {
      Set<String> names = new HashSet<>(Set.of("segment", "labels"));
      if (this == MEASURED
          || this == RABITQ_4
          || this == OPQ
          || (version >= 7 && kind == SealedLayout.HNSW)) {
        names.add("dimension");
      }
      if (layout() == Layout.FAST) {
        names.addAll(Set.of("records", "pivots", "pointers", "upper"));
        return names;
      }
      names.add("rows");
      names.addAll(!codec.hasCodes() ? Set.of() : Set.of("codes"));
      if (hasCentroidGraph()) {
        names.add("centroid-graph");
        names.addAll(Set.of("centroid-links", "centroid-pointers", "centroid-upper"));
      }
      Codec of = codec;
      if (codec instanceof Codec.Prefix prefix) {
        of = prefix.of();
        names.addAll(prefix.basis() == Basis.PCA ? Set.of("prefixes", "axes") : Set.of("prefixes"));
        names.addAll(hasLists() && !of.hasCodes() ? Set.of("centroid-prefixes") : Set.of());
      }
      if (of instanceof Codec.Pq(_, boolean rotated)) {
        names.addAll(rotated ? Set.of("words", "rotation") : Set.of("words"));
      }
      if (hasLists()) {
        names.addAll(Set.of("ivf", "order", "centroids", "lists"));
        names.addAll(isSpilled() ? Set.of("spilled") : Set.of());
        names.addAll(this == LISTS_GRAPH || version > 5 ? Set.of("tuning") : Set.of());
        names.addAll(this == TUNED_PREFIXES ? Set.of("tuned-widths") : Set.of());
      } else if (!isFlat()) {
        names.addAll(Set.of("links", "pointers", "upper"));
      }
      return names;
    }

    /// Sections of what is written now.
    Set<String> sectionsNow() {
      Set<String> names = sections();
      if (!isFlat() && !hasLists()) {
        names.add("dimension");
      }
      if (hasLists()) {
        names.add("tuning");
      }
      if (names.contains("centroid-prefixes")) {
        names.add("tuned-widths");
      }
      return names;
    }

    String file() {
      String name = name().toLowerCase(Locale.ROOT).replace('_', '-');
      return "layout-%d-%s.kseg".formatted(version, name);
    }
  }

  @ParameterizedTest
  @EnumSource(Golden.class)
  void aFileOfAnyVersionIsReadAsItWasMeant(Golden golden) throws IOException {
    Path file = copy(golden);
    assertForm(golden.version, golden.sections(), file);
    for (Residence residence : Residence.values()) {
      try (SealedSegment segment = SealedSegment.open(file, SPACE, residence)) {
        assertEquals(golden.index(), segment.index());
        assertEquals(LSN, segment.lsn());
        assertClean(segment);
        assertHolds(material(), segment);
        assertAnswers(material(), segment);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kith.index.build.GoldenSegmentTest$Golden#written")
  void whatIsWrittenNowHasTheSameForm(Golden golden) throws IOException {
    Path file = folder.resolve("now.kseg");
    try (GrowingSegment growing = linked(material(), golden.index())) {
      write(golden, growing, file);
    }
    assertForm(golden.version, golden.sectionsNow(), file);
  }

  private static void write(Golden golden, GrowingSegment growing, Path file) throws IOException {
    if (golden.hasCentroidGraph()) {
      // A graph over six centroids, which are too few otherwise.
      new IvfSealer(
              growing,
              golden.lists(),
              new ListLearning.AsSuits(),
              null,
              6,
              LSN,
              1,
              SealProgress.IGNORED)
          .write(file);
    } else {
      growing.seal(file, LSN, 1, SealProgress.IGNORED);
    }
  }

  /// What is merged of files of any version is of the version that is written now.
  @ParameterizedTest
  @CsvSource({
    "COMPACT, COMPACT",
    "UNMARKED, FAST",
    "FAST, FAST",
    "INT8, INT8",
    "RABITQ_4, RABITQ_4",
    "FLAT_INT8, FLAT_INT8",
    "FLAT_PQ_4, HALVES_FLAT_PQ_4",
    "OPQ, HALVES_OPQ",
    "LISTS_F32, LISTS_F32",
    "LISTS_RABITQ_4, LISTS_RABITQ_4",
    "LISTS_PQ, HALVES_LISTS_PQ",
    "LISTS_OPQ_8, HALVES_LISTS_OPQ_8",
    "LISTS_GRAPH, HALVES_LISTS_GRAPH",
    "LISTS_RABITQ, HALVES_LISTS_RABITQ",
    "HALVES_LISTS_RABITQ, HALVES_LISTS_RABITQ",
    "SPILLED_INT8, SPILLED_INT8",
    "FLAT_PREFIXES, FLAT_PREFIXES",
    "PREFIXES_OF_OPQ, PREFIXES_OF_OPQ",
    "LISTS_PREFIXES, LISTS_PREFIXES",
    "SPILLED_PQ_8, HALVES_SPILLED_PQ_8"
  })
  void aFileOfAnyVersionIsMergedIntoOneOfToday(Golden old, Golden today) throws IOException {
    Path merged = folder.resolve("merged.kseg");
    try (SealedSegment source = SealedSegment.open(copy(old), SPACE)) {
      merge(source, merged);
    }
    assertForm(today.version, today.sectionsNow(), merged);
    try (SealedSegment segment = SealedSegment.open(merged, SPACE)) {
      assertClean(segment);
      assertHolds(material(), segment);
      assertAnswers(material(), segment);
    }
  }

  private static void merge(SealedSegment source, Path merged) throws IOException {
    try (SegmentMerge merge =
        SegmentMerge.start(source.index(), List.of(source), SealProgress.IGNORED)) {
      link(merge);
      merge.write(merged, LSN, 1, SealProgress.IGNORED);
    }
  }

  private static void assertForm(int version, Set<String> names, Path file) throws IOException {
    try (SectionFile sections = SectionFile.open(file)) {
      assertEquals(names, Set.copyOf(sections.names()));
      assertEquals(version, sections.section(SealedLayout.SEGMENT).get(SealedLayout.INT, 0));
    }
  }

  private static void assertHolds(Mixture material, SealedSegment segment) {
    assertEquals(ROWS, segment.size());
    for (int row = 0; row < ROWS; row++) {
      int ordinal = segment.ordinalAt(row);
      assertEquals(10L * row, segment.label(ordinal));
      assertEquals(ordinal, segment.ordinalOf(10L * row));
      MemorySegment stored =
          segment.rows().segment().asSlice(segment.rows().offset(ordinal), 4L * SPACE.dimension());
      assertArrayEquals(material.vectors()[row], stored.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }
  }

  /// Coordinates are small whole numbers: every sum is exact, and the nearest are known.
  private static void assertAnswers(Mixture material, SealedSegment segment) {
    OptionalInt all = OptionalInt.of(ROWS);
    Probe widest =
        segment.index() instanceof IndexSpec.Ivf
            ? new Probe.Lists(new Reach.Until(Reach.ALL), all)
            : new Probe.Beam(ROWS, all);
    SearchPlan plan = new SearchPlan(K, widest);
    for (float[] query : rows(20, 2)) {
      long[] truth =
          Arrays.stream(material.nearest(query, K, ROWS, row -> true))
              .mapToLong(row -> 10L * row)
              .toArray();
      assertArrayEquals(truth, search(segment, query, plan));
    }
  }

  private Path copy(Golden golden) throws IOException {
    Path file = folder.resolve(golden.file());
    try (InputStream bytes =
        Objects.requireNonNull(
            GoldenSegmentTest.class.getResourceAsStream(golden.file()), golden.file())) {
      Files.copy(bytes, file);
    }
    return file;
  }

  private static Mixture material() {
    return new Mixture(SPACE, rows(ROWS, 1));
  }

  private static float[][] rows(int count, long seed) {
    Random random = new Random(seed);
    float[][] rows = new float[count][SPACE.dimension()];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextInt(201) - 100;
      }
    }
    return rows;
  }
}
