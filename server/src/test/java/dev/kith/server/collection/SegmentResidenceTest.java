package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.server.collection.Points.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where sealed segments are searched changes what they cost, and no answer.
final class SegmentResidenceTest {
  private static final int POINTS = 300;

  @TempDir Path folder;

  private final List<Point> points = Points.randomPoints(new Random(5), 0, POINTS);

  private Catalog open(Residence residence) throws IOException {
    return Catalog.open(Points.config(folder, residence));
  }

  private Collection seal(Catalog catalog) {
    Collection collection = catalog.create(Points.spec("c", Metric.EUCLIDEAN, 200));
    Points.upsert(collection, points);
    collection.optimize().join();
    return collection;
  }

  @Test
  void segmentsInMemoryAnswerAsTheirMappedFilesDo() throws IOException {
    List<List<Long>> mapped;
    try (Catalog catalog = open(Residence.MAPPED)) {
      Collection collection = seal(catalog);
      collection.delete(List.of(Points.number(7), Points.number(250)), Durability.OS).join();
      mapped = answers(collection);
      assertEquals(0, collection.stats().memoryBytes());
    }
    try (Catalog catalog = open(Residence.IN_MEMORY)) {
      Collection collection = catalog.collection("c");
      assertEquals(mapped, answers(collection));
      assertEquals(List.of(), collection.verify());
      CollectionStats stats = collection.stats();
      // Sections are copied, but not what frames them.
      assertTrue(stats.memoryBytes() <= stats.fileBytes());
      assertTrue(stats.memoryBytes() > 0.9 * stats.fileBytes());
      assertEquals(0, stats.rebuiltSegments());
    }
  }

  /// What is written over a mapped file shows in the mapping, so this tells the two apart.
  @Test
  void aSegmentInMemoryNeedsItsFileNoMoreAndADamagedFileIsNotCopied() throws IOException {
    List<List<Long>> before;
    try (Catalog catalog = open(Residence.IN_MEMORY)) {
      Collection collection = seal(catalog);
      before = answers(collection);
      overwriteFiles();
      assertEquals(before, answers(collection));
      assertEquals(List.of(), collection.verify());
    }
    try (Catalog catalog = open(Residence.IN_MEMORY)) {
      Collection collection = catalog.collection("c");
      assertEquals(2, collection.stats().rebuiltSegments());
      for (Point point : points) {
        assertEquals(point.id(), Points.search(collection, point.vector(), 1).getFirst().id());
      }
      collection.optimize().join();
    }
    try (Catalog catalog = open(Residence.IN_MEMORY)) {
      assertEquals(0, catalog.collection("c").stats().rebuiltSegments());
      assertEquals(List.of(), catalog.collection("c").verify());
    }
  }

  private void overwriteFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("segments").resolve("1"))) {
      for (Path file : files.toList()) {
        Files.write(file, new byte[(int) Files.size(file)], StandardOpenOption.WRITE);
      }
    }
  }

  /// Rows that a narrow beam finds: other links or other vectors would lead elsewhere.
  private List<List<Long>> answers(Collection collection) {
    List<List<Long>> answers = new ArrayList<>();
    PlanRunner runner = new PlanRunner();
    SearchPlan plan = new SearchPlan(5, new Probe.Beam(5));
    try (SearchSnapshot snapshot = collection.acquire();
        QueryBuffer buffer = new QueryBuffer(collection.info().spec().space())) {
      for (Point point : points) {
        buffer.set(point.vector());
        runner.run(plan, buffer, snapshot.segments(), () -> false);
        List<Long> rows = new ArrayList<>();
        for (int rank = 0; rank < runner.size(); rank++) {
          rows.add(snapshot.segments().get(runner.segment(rank)).label(runner.ordinal(rank)));
        }
        answers.add(rows);
      }
    }
    return answers;
  }
}
