package dev.kith.server.bulk;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.LinkOrder;
import dev.kith.index.build.SealProgress;
import dev.kith.index.build.SegmentLinking;
import dev.kith.index.store.SectionFileWriter;
import dev.kith.server.bulk.IndexManifest.Segment;
import dev.kith.server.storage.DataFolder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Builds an [IndexFolder], one segment after another: rows are appended until a segment is full,
/// then linked and sealed by several threads. Holds one segment in memory, whatever the number of
/// rows.
///
/// Writes into a folder beside the one to be made, named after it with `.building` at the end,
/// which becomes that one when all is whole and forced to the disk. What an interrupted attempt has
/// left there is removed by the next one.
///
/// Not thread-safe. Close it in any case: without a [#finish] before, nothing is left.
public final class IndexFolderWriter implements AutoCloseable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int EXPONENT = 0x7F80_0000;

  private final Path folder;
  private final Path building;
  private final Definition definition;
  private final int threads;
  private final Listener listener;
  private final SectionFileWriter pointsFile;
  private final List<Segment> segments = new ArrayList<>();
  private @Nullable GrowingSegment growing;
  private long rows;
  private long sealed;
  private boolean finished;

  /// What to build.
  ///
  /// @param space shape of the vectors
  /// @param index how they are indexed
  /// @param segmentPoints rows at which a segment is sealed, in `[1, 100_000_000]`
  /// @param order of linking, which the folder does not remember
  public record Definition(VectorSpace space, IndexSpec index, int segmentPoints, LinkOrder order) {
    public Definition {
      Require.inRange("segmentPoints", segmentPoints, 1, IndexManifest.MAX_SEGMENT_POINTS);
      index.requireHolds(space);
      if (order == LinkOrder.LID && index instanceof IndexSpec.Flat) {
        throw new IllegalArgumentException("index flat links nothing, got link order lid");
      }
    }
  }

  /// Hears how far the work is, on any thread.
  public interface Listener {
    /// That so many rows are linked, of all.
    void linked(long rows);

    /// That so many steps of so many are done of sealing a segment.
    ///
    /// @param segment counted from 1
    void sealing(int segment, long done, long total);
  }

  /// Gives the keys of ids, row after row.
  @FunctionalInterface
  public interface Ids {
    /// The key of the next row's id, of at most 65,535 bytes.
    byte[] next() throws IOException;
  }

  private IndexFolderWriter(
      Path folder, Path building, Definition definition, int threads, Listener listener)
      throws IOException {
    this.folder = folder;
    this.building = building;
    this.definition = definition;
    this.threads = Require.inRange("threads", threads, 1, 1024);
    this.listener = listener;
    this.pointsFile = SectionFileWriter.create(building.resolve(IndexFolder.POINTS));
    pointsFile.begin(PointsFile.VECTORS);
  }

  /// Begins a folder.
  ///
  /// @param folder must not exist; its parent must
  /// @throws FileAlreadyExistsException if it exists
  public static IndexFolderWriter create(
      Path folder, Definition definition, int threads, Listener listener) throws IOException {
    Path whole = folder.toAbsolutePath().normalize();
    if (Files.exists(whole)) {
      throw new FileAlreadyExistsException(
          folder.toString(), null, "is there already; remove it or choose another name");
    }
    Path building = whole.resolveSibling(whole.getFileName() + ".building");
    removeRemains(building);
    Files.createDirectory(building);
    return new IndexFolderWriter(whole, building, definition, threads, listener);
  }

  /// Removes files of our names only, so that a folder that is something else stays and is told of.
  private static void removeRemains(Path building) throws IOException {
    if (!Files.isDirectory(building)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(building)) {
      files = all.toList();
    }
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (name.matches("(manifest\\.json|points\\.kpts|[0-9]{1,9}\\.kseg)(\\.tmp)?")) {
        Files.delete(file);
      }
    }
    Files.delete(building);
  }

  /// Adds a row; may link and seal a segment.
  ///
  /// @param vector little-endian floats, at any alignment
  /// @param offset where they start, in bytes
  /// @throws IllegalArgumentException if a coordinate is not finite, or the vector has no direction
  ///   where the metric needs one; the row is not added then
  public void append(MemorySegment vector, long offset) throws IOException {
    requireFinite(vector, offset);
    GrowingSegment current = growing;
    if (current == null) {
      current =
          GrowingSegment.create(definition.space(), definition.index(), definition.segmentPoints());
      growing = current;
    }
    current.append(rows, vector, offset);
    pointsFile.append(vector, offset, (long) definition.space().dimension() * Float.BYTES);
    rows++;
    if (current.isFull()) {
      seal(current);
    }
  }

  private void requireFinite(MemorySegment vector, long offset) {
    for (int i = 0; i < definition.space().dimension(); i++) {
      int bits = vector.get(INT, offset + (long) i * Float.BYTES);
      if ((bits & EXPONENT) == EXPONENT) {
        throw new IllegalArgumentException(
            "coordinate %d must be finite, got %s".formatted(i, Float.intBitsToFloat(bits)));
      }
    }
  }

  private void seal(GrowingSegment full) throws IOException {
    full.publish();
    SegmentLinking.link(full, definition.order(), threads, done -> listener.linked(sealed + done));
    int number = segments.size() + 1;
    Require.inRange("segments", number, 1, IndexManifest.MAX_SEGMENTS);
    Path file = building.resolve(IndexFolder.segmentName(number - 1));
    SealProgress progress = (done, total) -> listener.sealing(number, done, total);
    full.seal(file, 0, threads, progress); // LSN 0: no journal knows these rows yet.
    segments.add(new Segment(full.size(), FileChecksum.of(file)));
    sealed += full.size();
    growing = null;
    full.close();
  }

  /// Rows added so far.
  public long rows() {
    return rows;
  }

  /// Seals the last segment, writes the ids and makes the folder appear.
  ///
  /// @param ids one for each row, all different
  /// @throws IllegalArgumentException if there are no rows
  public IndexManifest finish(Ids ids) throws IOException {
    if (rows == 0) {
      throw new IllegalArgumentException("an index needs at least one vector");
    }
    GrowingSegment last = growing;
    if (last != null) {
      seal(last);
    }
    writeIds(ids);
    pointsFile.commit();
    IndexManifest manifest =
        new IndexManifest(
            definition.space(),
            definition.index(),
            definition.segmentPoints(),
            rows,
            FileChecksum.of(building.resolve(IndexFolder.POINTS)),
            segments);
    writeForced(building.resolve(IndexFolder.MANIFEST), manifest.encode());
    DataFolder.force(building);
    Files.move(building, folder, StandardCopyOption.ATOMIC_MOVE);
    finished = true;
    Path parent = folder.getParent();
    if (parent != null) {
      DataFolder.force(parent);
    }
    return manifest;
  }

  private void writeIds(Ids ids) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment id = arena.allocate(Short.BYTES + PointsFile.MAX_KEY_BYTES);
      pointsFile.begin(PointsFile.IDS);
      for (long row = 0; row < rows; row++) {
        byte[] key = ids.next();
        Require.inRange("bytes of an id", key.length, 1, PointsFile.MAX_KEY_BYTES);
        id.set(PointsFile.SHORT, 0, (short) key.length);
        MemorySegment.copy(key, 0, id, ValueLayout.JAVA_BYTE, Short.BYTES, key.length);
        pointsFile.append(id, 0, Short.BYTES + key.length);
      }
      MemorySegment header = arena.allocate(PointsFile.HEADER_BYTES, Long.BYTES);
      header.set(PointsFile.INT, 0, PointsFile.VERSION);
      header.set(PointsFile.INT, 4, definition.space().dimension());
      header.set(PointsFile.LONG, 8, rows);
      pointsFile.begin(PointsFile.POINTS);
      pointsFile.append(header);
    }
  }

  private static void writeForced(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    if (growing != null) {
      growing.close();
      growing = null;
    }
    pointsFile.close();
    if (!finished) {
      removeRemains(building);
    }
  }
}
