package dev.kith.index.build;

import static dev.kith.index.build.DamagedSegment.number;
import static dev.kith.index.build.DamagedSegment.rewritten;
import static dev.kith.index.build.SegmentFixture.append;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.linked;
import static dev.kith.index.build.SegmentFixture.merge;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.store.SectionFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files with a graph over few centroids: what they answer, what keeps the graph, and which are
/// refused.
final class CentroidSectionsTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.COSINE);
  private static final int ROWS = 1_000;
  private static final int LISTS = 300;
  private static final int K = 10;
  private static final OptionalInt EVERY_ROW = OptionalInt.of(65_536);

  /// So few lists that a walk finds them.
  private static final SearchPlan FEW =
      new SearchPlan(K, new Probe.Lists(new Reach.Until(6), EVERY_ROW));

  private static final SearchPlan ALL =
      new SearchPlan(K, new Probe.Lists(new Reach.Until(LISTS), EVERY_ROW));

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}, {1}, seed {2}")
  @CsvSource({"F32, DOT, 1", "RABITQ, EUCLIDEAN, 2", "PQ, COSINE, 3"})
  void readingAllListsFindsWhatANaiveScanFindsAndReadingFewWhatAFileWithoutOneFinds(
      Codecs named, Metric metric, long seed) throws IOException {
    Mixture mixture = Mixture.of(new VectorSpace(20, metric), ROWS + 40, 60, seed);
    Mixture rows = mixture.part(0, ROWS);
    Path with = sealed(rows, named.codec(), 2);
    Path without = sealed(rows, named.codec(), LISTS + 1);
    assertTrue(hasGraph(with));
    assertFalse(hasGraph(without));
    for (Residence residence : Residence.values()) {
      try (SealedSegment graph = SealedSegment.open(with, mixture.space(), residence);
          SealedSegment flat = SealedSegment.open(without, mixture.space(), residence)) {
        assertClean(graph);
        int same = 0;
        for (float[] query : mixture.part(ROWS, mixture.count()).vectors()) {
          long[] truth =
              Arrays.stream(rows.nearest(query, K, ROWS, _ -> true))
                  .mapToLong(row -> 10L * row)
                  .toArray();
          assertArrayEquals(truth, search(graph, query, ALL));
          same += Arrays.equals(search(flat, query, FEW), search(graph, query, FEW)) ? 1 : 0;
        }
        assertTrue(same >= 36, same + " of 40 queries");
      }
    }
  }

  @Test
  void rowsAroundTheSameCentroidsKeepTheGraphOverThem() throws IOException {
    Mixture mixture = Mixture.of(SPACE, ROWS, 60, 6);
    Path file = sealed(mixture, new Codec.F32(), 2);
    Path grown = folder.resolve("grown");
    try (SealedSegment model = SealedSegment.open(file, SPACE)) {
      for (int row = 0; row < ROWS; row += 3) {
        model.tombstones().kill(row);
      }
      try (SealedSegment merged = merge(folder, index(new Codec.Rabitq(0)), List.of(model))) {
        assertSameGraph(file, merged.file());
        assertClean(merged);
      }
      try (GrowingSegment growing = GrowingSegment.create(SPACE, index(new Codec.F32()), ROWS)) {
        growing.learnLists(model);
        append(growing, mixture, 0, ROWS);
        link(growing);
        growing.seal(grown, 1, 1, SealProgress.IGNORED);
        try (SealedSegment sealed = SealedSegment.open(grown, SPACE)) {
          for (float[] query : mixture.part(0, 40).vectors()) {
            assertArrayEquals(search(sealed, query, FEW), search(growing, query, FEW));
          }
        }
      }
    }
    assertSameGraph(file, grown);
  }

  @Test
  void fewListsHaveNoGraphAndNeitherHasAFileWithoutRows() throws IOException {
    Mixture mixture = Mixture.of(SPACE, 100, 10, 7);
    Path file = folder.resolve("plain");
    try (GrowingSegment growing = linked(mixture, index(new Codec.F32()))) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    assertFalse(hasGraph(file));
    assertFalse(hasGraph(sealed(mixture.part(0, 0), new Codec.F32(), 2)));
  }

  @Test
  void sealingMayBeStoppedWhileTheGraphIsBuilt() {
    Mixture mixture = Mixture.of(SPACE, ROWS, 60, 8);
    assertThrows(
        CancellationException.class,
        () ->
            seal(
                mixture,
                new Codec.F32(),
                2,
                folder.resolve("stopped"),
                (done, total) -> {
                  // Of what is between lists and codes.
                  if (done * 1_000 > total * 600 && done * 1_000 < total * 620) {
                    throw new CancellationException("enough");
                  }
                }));
    assertFalse(Files.exists(folder.resolve("stopped")));
  }

  @Test
  void aGraphThatIsNotOneOfTheCentroidsIsRefused() throws IOException {
    Path file = sealed(Mixture.of(SPACE, ROWS, 60, 9), new Codec.F32(), 2);
    for (int m : new int[] {-1, 0, 1, 513}) {
      assertRefused(number(file, CentroidSections.GRAPH, 0, m), "m of centroids in [2, 512]");
    }
    assertRefused(number(file, CentroidSections.GRAPH, 0, 15), "a graph of its centroids");
    for (int entry : new int[] {-1, LISTS, Integer.MAX_VALUE}) {
      assertRefused(number(file, CentroidSections.GRAPH, 4, entry), "a graph of its centroids");
    }
    for (double dimension : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      int high = (int) (Double.doubleToLongBits(dimension) >>> 32);
      assertRefused(number(file, CentroidSections.GRAPH, 20, high), "a dimension of the centroids");
    }
    assertRefused(
        rewritten(file, CentroidSections.GRAPH, bytes -> bytes.asSlice(0, 28)), "centroid-graph");
    for (String name :
        List.of(CentroidSections.LINKS, CentroidSections.POINTERS, CentroidSections.UPPER)) {
      assertRefused(rewritten(file, name, _ -> null), "section '%s'".formatted(name));
      assertRefused(
          rewritten(file, name, bytes -> bytes.asSlice(0, bytes.byteSize() - 2)),
          "a graph of its centroids");
    }
  }

  @Test
  void aLinkThatLeadsNowhereIsFoundByVerify() throws IOException {
    Path file = sealed(Mixture.of(SPACE, ROWS, 60, 10), new Codec.F32(), 2);
    try (SealedSegment segment =
        SealedSegment.open(number(file, CentroidSections.LINKS, 0, LISTS + 1), SPACE)) {
      assertFalse(segment.verify().isEmpty());
    }
  }

  private static boolean hasGraph(Path file) throws IOException {
    try (SectionFile sections = SectionFile.open(file)) {
      return sections.names().contains(CentroidSections.GRAPH);
    }
  }

  private static void assertSameGraph(Path expected, Path found) throws IOException {
    for (String name :
        List.of(
            IvfLayout.CENTROIDS,
            CentroidSections.GRAPH,
            CentroidSections.LINKS,
            CentroidSections.POINTERS,
            CentroidSections.UPPER)) {
      assertArrayEquals(section(expected, name), section(found, name), name);
    }
  }

  private static byte[] section(Path file, String name) throws IOException {
    try (SectionFile sections = SectionFile.open(file)) {
      MemorySegment bytes = sections.section(name);
      return bytes.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// @param graphLists lists from which on there is a graph
  private Path sealed(Mixture mixture, Codec codec, int graphLists) throws IOException {
    Path file = Files.createTempFile(folder, "sealed", "");
    seal(mixture, codec, graphLists, file, SealProgress.IGNORED);
    return file;
  }

  private static void seal(
      Mixture mixture, Codec codec, int graphLists, Path file, SealProgress progress)
      throws IOException {
    IndexSpec.Ivf index = index(codec);
    try (GrowingSegment growing = linked(mixture, index)) {
      assertEquals(mixture.count(), growing.size());
      new IvfSealer(growing, index, new ListLearning.AsSuits(), null, graphLists, 1, 1, progress)
          .write(file);
    }
  }

  private static IndexSpec.Ivf index(Codec codec) {
    return new IndexSpec.Ivf(new IvfParams(LISTS, 5), codec);
  }

  private static void assertRefused(Path file, String expected) {
    DamagedSegment.assertRefused(file, SPACE, expected);
  }
}
