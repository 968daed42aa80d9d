package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.LinkOrder;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.server.bulk.IndexFolder;
import dev.kith.server.bulk.IndexFolderWriter;
import dev.kith.server.bulk.Manifests;
import dev.kith.server.collection.Points.Point;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Cursor;
import dev.kith.server.storage.DataFolder;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Store;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Index folders, made and attached.
final class AttachTest {
  private static final IndexFolderWriter.Listener SILENT =
      new IndexFolderWriter.Listener() {
        @Override
        public void linked(long rows) {}

        @Override
        public void sealing(int segment, long done, long total) {}
      };
  private static final AttachProgress QUIET = (phase, done, total) -> {};

  @TempDir Path folder;

  private static IndexFolderWriter.Definition definition(Metric metric, Layout layout) {
    return new IndexFolderWriter.Definition(
        new VectorSpace(Points.DIMENSION, metric),
        new IndexSpec.Hnsw(new HnswParams(8, 40, 7), layout),
        400,
        LinkOrder.NATURAL);
  }

  private static List<Point> points(int count, long seed) {
    Random random = new Random(seed);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PointId id =
          switch (i % 3) {
            case 0 -> new PointId.Number(i);
            case 1 -> new PointId.Text("id-" + i);
            default -> new PointId.Uuid(new java.util.UUID(i, ~i));
          };
      points.add(new Point(id, Points.point(id, random).vector(), null));
    }
    return points;
  }

  private Path build(String name, Metric metric, Layout layout, List<Point> points)
      throws IOException {
    return build(name, definition(metric, layout), points);
  }

  private Path build(String name, IndexFolderWriter.Definition definition, List<Point> points)
      throws IOException {
    Path parent = Files.createDirectories(folder.resolve("attachable"));
    Path out = parent.resolve(name);
    try (IndexFolderWriter writer = IndexFolderWriter.create(out, definition, 2, SILENT)) {
      for (Point point : points) {
        writer.append(MemorySegment.ofArray(Points.bytes(point.vector())), 0);
      }
      Iterator<Point> next = points.iterator();
      writer.finish(() -> next.next().id().toKey());
    }
    return out;
  }

  private static void requireHeld(Collection collection, List<Point> points) {
    assertEquals(List.of(), collection.verify());
    assertEquals(points.size(), collection.count());
    for (int at = 0; at < points.size(); at += 37) {
      Point point = points.get(at);
      StoredPoint stored = collection.get(List.of(point.id()), true, true).getFirst();
      assertArrayEquals(Points.bytes(point.vector()), stored == null ? null : stored.vector());
    }
  }

  private static RefusedException refused(Catalog catalog, String name, String from) {
    return assertThrows(
        RefusedException.class, () -> catalog.attach(name, from, QUIET, () -> false));
  }

  private static String problem(RefusedException refused) {
    return assertInstanceOf(Refusal.IndexFolderUnusable.class, refused.refusal()).problem();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void anAttachedCollectionIsLikeOneThatWasLoaded(long seed) throws IOException {
    Metric metric = List.of(Metric.values()).get((int) (seed % 3));
    Layout layout = List.of(Layout.values()).get((int) (seed % 2));
    List<Point> points = points(1_000, seed);
    build("made", metric, layout, points);
    try (Catalog catalog = Points.open(folder)) {
      Collection attached = catalog.attach("attached", "made", QUIET, () -> false);
      assertEquals(0, attached.stats().unlinked());
      assertEquals(3, attached.stats().segments().size());
      requireHeld(attached, points);
      Collection loaded = catalog.create(Points.spec("loaded", metric, 400, layout));
      Points.upsert(loaded, points);
      for (Point query : Points.randomPoints(new Random(seed), 0, 20)) {
        assertEquals(
            ids(Points.search(loaded, query.vector(), 10)),
            ids(Points.search(attached, query.vector(), 10)));
      }
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection attached = catalog.collection("attached");
      requireHeld(attached, points);
      assertEquals(0, attached.stats().rebuiltSegments());
      // It goes on like any other.
      Points.upsert(attached, Points.randomPoints(new Random(9), 0, 50));
      attached.delete(List.of(points.get(1).id()), Durability.DISK).join();
      attached.optimize().join();
      assertEquals(List.of(), attached.verify());
      assertEquals(1_000 + 50 - 17 - 1, attached.count());
    }
  }

  private static List<PointId> ids(List<StoredPoint> points) {
    return points.stream().map(StoredPoint::id).toList();
  }

  @Test
  void anIndexWalkedOnCodesIsAttachedWithThem() throws IOException {
    attachesWithCodes(
        new IndexSpec.Hnsw(new HnswParams(8, 40, 7), Layout.COMPACT, new Codec.Int8()));
  }

  @Test
  void listsAreAttachedWithTheirCodes() throws IOException {
    attachesWithCodes(new IndexSpec.Ivf(new IvfParams(0, 7), new Codec.Rabitq(0)));
  }

  @Test
  void prefixesAreAttachedWithTheirAxes() throws IOException {
    Codec prefixes = new Codec.Prefix(Basis.PCA, List.of(2, 3));
    attachesWithCodes(new IndexSpec.Ivf(new IvfParams(0, 7), prefixes));
  }

  @Test
  void prefixesOfSuitableWidthsAreAttachedAsSuch() throws IOException {
    attachesWithCodes(new IndexSpec.Flat(new Codec.Prefix(Basis.AS_IS, List.of())));
  }

  private void attachesWithCodes(IndexSpec coded) throws IOException {
    VectorSpace space = new VectorSpace(Points.DIMENSION, Metric.EUCLIDEAN);
    List<Point> points = points(900, 1);
    build("made", new IndexFolderWriter.Definition(space, coded, 400, LinkOrder.NATURAL), points);
    try (Catalog catalog = Points.open(folder)) {
      catalog.attach("a", "made", QUIET, () -> false);
    }
    try (Catalog catalog = Points.open(folder)) {
      Collection collection = catalog.collection("a");
      assertEquals(coded, collection.info().spec().index());
      requireHeld(collection, points);
      for (SegmentStats segment : collection.stats().segments()) {
        assertTrue(segment.rescoreFactor().orElseThrow() >= 1, segment::toString);
      }
    }
  }

  @Test
  void aNameThatIsTakenAndAFolderThatCannotBeAreRefused() throws IOException {
    List<Point> points = points(500, 1);
    Path made = build("made", Metric.COSINE, Layout.COMPACT, points);
    try (Catalog catalog = Points.open(folder)) {
      assertTrue(problem(refused(catalog, "a", "missing")).contains("there is no missing"));
      assertThrows(
          IllegalArgumentException.class, () -> catalog.attach("a", "../made", QUIET, () -> false));
      Files.createSymbolicLink(made.resolveSibling("linked"), made);
      assertTrue(problem(refused(catalog, "a", "linked")).contains("there is no linked"));
      Files.createDirectory(made.resolveSibling("empty"));
      assertTrue(problem(refused(catalog, "a", "empty")).contains("there is no manifest.json"));
      catalog.create(Points.spec("taken", Metric.DOT, 100));
      assertInstanceOf(Refusal.CollectionExists.class, refused(catalog, "taken", "made").refusal());
    }
    EngineConfig off = EngineConfig.of(folder);
    try (Catalog catalog = Catalog.open(off)) {
      assertInstanceOf(Refusal.AttachOff.class, refused(catalog, "a", "made").refusal());
    }
  }

  @Test
  void anIdThatIsThereTwiceIsFoundWithinABatchAndBeyondOne() throws IOException {
    for (int other : new int[] {5, 1_150}) {
      List<Point> points = points(1_200, 1);
      points.set(other, new Point(points.get(3).id(), points.get(other).vector(), null));
      build("made-" + other, Metric.DOT, Layout.COMPACT, points);
      try (Catalog catalog = Points.open(folder)) {
        String problem = problem(refused(catalog, "a", "made-" + other));
        assertTrue(problem.contains("two rows have the id 3"), problem);
      }
      requireNothingLeft();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aDamagedFolderIsRefusedWholly(long seed) throws IOException {
    Random random = new Random(seed);
    Path made = build("made", Metric.COSINE, Layout.FAST, points(900, seed));
    List<Path> files;
    try (Stream<Path> all = Files.list(made)) {
      files = all.sorted().toList();
    }
    assertEquals(5, files.size());
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        long at = random.nextLong(bytes.length());
        bytes.seek(at);
        int old = bytes.read();
        bytes.seek(at);
        bytes.write(old ^ (1 << random.nextInt(7)));
      }
      if (!isSameManifest(made, whole, file)) {
        try (Catalog catalog = Points.open(folder)) {
          String problem = problem(refused(catalog, "a", "made"));
          assertTrue(problem.contains(String.valueOf(file.getFileName())), problem);
          assertFalse(problem.contains(folder.toString()), "a path is told: " + problem);
        }
        requireNothingLeft();
      }
      Files.write(file, whole);
    }
    try (Catalog catalog = Points.open(folder)) {
      catalog.attach("a", "made", QUIET, () -> false);
    }
  }

  /// A space that became another one changes nothing.
  private static boolean isSameManifest(Path made, byte[] whole, Path file) throws IOException {
    if (!file.endsWith("manifest.json") || Files.readAllBytes(file).length != whole.length) {
      return false;
    }
    try {
      IndexFolder.open(made);
      return true;
    } catch (CorruptFileException damaged) {
      return false;
    }
  }

  @Test
  void aSegmentOfOtherVectorsIsFoundThoughTheManifestFits() throws IOException {
    Path mine = build("mine", Metric.EUCLIDEAN, Layout.COMPACT, points(300, 1));
    Path other = build("other", Metric.EUCLIDEAN, Layout.COMPACT, points(300, 2));
    Path shorter = build("shorter", Metric.EUCLIDEAN, Layout.COMPACT, points(299, 1));
    Path fast = build("fast", Metric.EUCLIDEAN, Layout.FAST, points(300, 1));
    for (Path from : List.of(other, shorter, fast)) {
      Files.copy(
          from.resolve("1.kseg"), mine.resolve("1.kseg"), StandardCopyOption.REPLACE_EXISTING);
      try (Catalog catalog = Points.open(folder)) {
        assertTrue(problem(refused(catalog, "a", "mine")).contains("1.kseg is damaged"));
      }
      Manifests.renew(mine);
      try (Catalog catalog = Points.open(folder)) {
        String problem = problem(refused(catalog, "a", "mine"));
        String expected =
            from.equals(other) ? "row 0 has another vector in its segment" : "1.kseg is damaged";
        assertTrue(problem.contains(expected), problem);
      }
      requireNothingLeft();
    }
  }

  @Test
  void stoppedAtAnyStepNothingIsAttached() throws IOException {
    build("made", Metric.DOT, Layout.COMPACT, points(1_000, 1));
    int steps = 0;
    while (true) {
      int last = steps++;
      int[] asked = new int[1];
      try (Catalog catalog = Points.open(folder)) {
        try {
          catalog.attach("a", "made", QUIET, () -> asked[0]++ >= last);
          break; // Never asked so often.
        } catch (CancellationException stopped) {
          assertTrue(catalog.find("a").isEmpty());
          catalog.create(Points.spec("a", Metric.COSINE, 100)); // The name is free again.
          catalog.delete("a");
        }
      }
      requireNothingLeft();
    }
    assertTrue(steps > 5, steps + " steps");
  }

  @Test
  void whatAnAttemptThatNeverEndedLeavesGoesAtTheNextStart() throws IOException {
    build("made", Metric.DOT, Layout.COMPACT, points(1_000, 1));
    for (int ending = 0; ending < 6; ending++) {
      int last = ending;
      int[] heard = new int[1];
      Catalog catalog = Points.open(folder);
      // As in a crash, nothing can be undone: the journal takes nothing any more.
      AttachProgress closing =
          (phase, done, total) -> {
            if (heard[0]++ == last) {
              try {
                catalog.close();
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
            }
          };
      assertThrows(RuntimeException.class, () -> catalog.attach("a", "made", closing, () -> false));
      try (Catalog next = Points.open(folder)) {
        assertTrue(next.find("a").isEmpty());
      }
      requireNothingLeft();
    }
    try (Catalog catalog = Points.open(folder)) {
      requireHeld(catalog.attach("a", "made", QUIET, () -> false), points(1_000, 1));
    }
  }

  /// No file of a segment, and no record but of what the catalog keeps for itself.
  private void requireNothingLeft() throws IOException {
    try (DataFolder data = DataFolder.open(folder);
        Store store = Store.open(data.store())) {
      try (Stream<Path> segments = Files.list(data.segments())) {
        assertEquals(List.of(), segments.toList());
      }
      for (Family family : Family.values()) {
        byte[] end = new byte[8];
        Arrays.fill(end, (byte) 0xFF);
        try (Cursor cursor = store.cursor(family, new byte[0], end)) {
          for (; cursor.isValid(); cursor.next()) {
            assertEquals(Family.META, family);
            assertFalse("cmsia".indexOf(cursor.key()[0]) >= 0, "a record of a collection");
          }
        }
      }
    }
  }

  @Test
  void anUnfinishedFolderIsNoneAndMakesRoomForTheNextAttempt() throws IOException {
    Path parent = Files.createDirectories(folder.resolve("attachable"));
    Path out = parent.resolve("made");
    try (IndexFolderWriter writer =
        IndexFolderWriter.create(out, definition(Metric.COSINE, Layout.COMPACT), 1, SILENT)) {
      for (Point point : points(900, 1)) {
        writer.append(MemorySegment.ofArray(Points.bytes(point.vector())), 0);
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> writer.append(MemorySegment.ofArray(new byte[4 * Points.DIMENSION]), 0));
      float[] endless = new float[Points.DIMENSION];
      endless[2] = Float.NaN;
      assertThrows(
          IllegalArgumentException.class,
          () -> writer.append(MemorySegment.ofArray(Points.bytes(endless)), 0));
      assertEquals(900, writer.rows());
      assertFalse(Files.exists(out));
    }
    try (Stream<Path> left = Files.list(parent)) {
      assertEquals(List.of(), left.toList());
    }
    // What a killed process leaves.
    Path building = Files.createDirectory(parent.resolve("made.building"));
    Files.write(building.resolve("1.kseg.tmp"), new byte[3]);
    Files.write(building.resolve("points.kpts.tmp"), new byte[3]);
    build("made", Metric.COSINE, Layout.COMPACT, points(10, 1));
    assertFalse(Files.exists(building));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> build("made", Metric.COSINE, Layout.COMPACT, points(10, 1)));
    assertEquals(10, IndexFolder.open(out).manifest().points());
  }
}
