package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.build.Layout;
import dev.kith.server.collection.Points.Point;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Segment files are derived: whatever happens to one, the answers stay right. The store is not:
/// what is missing there is said aloud.
@ParameterizedClass
@EnumSource(Layout.class)
final class DamageTest {
  private static final int SEALED = 150;
  private static final int TAIL = 30;

  @TempDir Path temp;

  private final Layout layout;
  private final List<Point> points = Points.randomPoints(new Random(9), 0, SEALED + TAIL);
  private Path folder;

  DamageTest(Layout layout) {
    this.layout = layout;
  }

  @BeforeEach
  void sealTwoSegmentsAndLeaveATail() throws IOException {
    folder = temp.resolve("data");
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.create(Points.spec("c", Metric.COSINE, 100, layout));
      Points.upsert(collection, points.subList(0, SEALED));
      collection.optimize().join();
      collection.delete(List.of(Points.number(3), Points.number(120)), Durability.OS).join();
      Points.upsert(collection, points.subList(SEALED, SEALED + TAIL));
      assertEquals(2, sealed(collection));
    }
  }

  private static long sealed(Collection collection) {
    return collection.stats().segments().stream().filter(SegmentStats::sealed).count();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("segments").resolve("1"))) {
      return files.sorted().toList();
    }
  }

  private Path firstFile() throws IOException {
    return files().getFirst();
  }

  private void assertRightAnswers(int rebuilt) throws IOException {
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("c");
      assertEquals(rebuilt, collection.stats().rebuiltSegments());
      assertEquals(SEALED + TAIL - 2, collection.count());
      for (Point point : points) {
        boolean deleted = List.of(Points.number(3), Points.number(120)).contains(point.id());
        PointId nearest = Points.search(collection, point.vector(), 1).getFirst().id();
        assertEquals(!deleted, nearest.equals(point.id()), () -> "point " + point.id());
      }
      assertEquals(List.of(), collection.verify());
      collection.optimize().join();
      assertEquals(List.of(), collection.verify());
    }
    try (Catalog catalog = Points.open(folder)) {
      assertEquals(0, catalog.collection("c").stats().rebuiltSegments());
      assertEquals(List.of(), catalog.collection("c").verify());
    }
  }

  @Test
  void aFlippedBitSetsTheFileAsideAndItsRowsAreReadFromTheStore() throws IOException {
    Path file = firstFile();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, channel.size() / 2);
      channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 4)}), channel.size() / 2);
    }
    assertRightAnswers(1);
    assertTrue(
        files().stream().anyMatch(path -> path.toString().endsWith(".bad")), "nothing set aside");
  }

  @Test
  void aTruncatedFileIsRebuilt() throws IOException {
    try (FileChannel channel = FileChannel.open(firstFile(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 3);
    }
    assertRightAnswers(1);
  }

  @Test
  void allFilesMissingAreRebuilt() throws IOException {
    for (Path file : files()) {
      Files.delete(file);
    }
    assertRightAnswers(2);
  }

  @Test
  void aFileInThePlaceOfAnotherIsRebuilt() throws IOException {
    Files.copy(files().get(1), firstFile(), StandardCopyOption.REPLACE_EXISTING);
    assertRightAnswers(1);
  }

  @Test
  void filesThatNothingRefersToAreRemoved() throws IOException {
    Path stray = firstFile().resolveSibling("99.kseg");
    Path temporary = firstFile().resolveSibling("98.kseg.tmp");
    Files.copy(firstFile(), stray);
    Files.writeString(temporary, "half");
    assertRightAnswers(0);
    assertFalse(Files.exists(stray), "the stray file is still there");
    assertFalse(Files.exists(temporary), "the temporary file is still there");
  }

  @Test
  void aStoreOlderThanItsSegmentsIsDataLossAndNotServed() throws IOException {
    Path older = temp.resolve("older");
    try (Catalog catalog = Points.open(older)) {
      catalog.create(Points.spec("c", Metric.COSINE, 100, layout));
    }
    delete(folder.resolve("store"));
    Files.move(older.resolve("store"), folder.resolve("store"));
    DataLossException refused =
        assertThrows(DataLossException.class, () -> Points.open(folder).close());
    assertTrue(refused.toString().contains("DATA LOSS"), refused.toString());
    assertTrue(refused.toString().contains(".kseg"), refused.toString());
  }

  @Test
  void aStoreThatIsGoneBehindItsSegmentsIsDataLoss() throws IOException {
    delete(folder.resolve("store"));
    assertThrows(DataLossException.class, () -> Points.open(folder).close());
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
