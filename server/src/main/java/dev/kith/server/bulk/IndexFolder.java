package dev.kith.server.bulk;

import dev.kith.index.CorruptFileException;
import dev.kith.server.bulk.IndexManifest.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.BooleanSupplier;

/// A folder that holds a whole collection, indexed.
///
/// | name | content |
/// |---|---|
/// | `manifest.json` | [IndexManifest]: the definition, and length and checksum of each file |
/// | `points.kpts` | [PointsFile]: ids and vectors as they were given |
/// | `1.kseg`, `2.kseg` ... | sealed segments, see [dev.kith.index.build.SealedSegment] |
///
/// Rows are numbered through from 0 in the order of the points file, and a segment's labels are
/// these numbers. The manifest is written last and the folder gets its name after that, so a folder
/// that has its name is whole.
///
/// Symbolic links are not followed: a folder that a server is given must not lead elsewhere.
public final class IndexFolder {
  static final String MANIFEST = "manifest.json";
  static final String POINTS = "points.kpts";

  private final Path folder;
  private final IndexManifest manifest;

  private IndexFolder(Path folder, IndexManifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /// Opens a folder and compares the lengths of its files with its manifest.
  ///
  /// @throws NoSuchFileException if there is no such folder
  /// @throws CorruptFileException if it is none of ours, or not as it was written
  public static IndexFolder open(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(folder.toString());
    }
    Path file = folder.resolve(MANIFEST);
    requireLength(file, 1, IndexManifest.MAX_BYTES);
    IndexManifest manifest;
    try {
      manifest = IndexManifest.decode(Files.readAllBytes(file));
    } catch (IllegalArgumentException wrong) {
      throw new CorruptFileException(
          file, "the manifest of an index folder", String.valueOf(wrong.getMessage()));
    }
    IndexFolder opened = new IndexFolder(folder, manifest);
    long bytes = manifest.pointsFile().bytes();
    requireLength(folder.resolve(POINTS), bytes, bytes);
    for (int segment = 0; segment < manifest.segments().size(); segment++) {
      StoredFile expected = manifest.segments().get(segment).file();
      requireLength(opened.segmentFile(segment), expected.bytes(), expected.bytes());
    }
    return opened;
  }

  private static void requireLength(Path file, long min, long max) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isRegularFile() || found.size() < min || found.size() > max) {
      throw new CorruptFileException(
          file,
          min == max
              ? "a file of %d bytes".formatted(min)
              : "a file of %d to %d bytes".formatted(min, max),
          found.isRegularFile() ? found.size() + " bytes" : "no regular file");
    }
  }

  static String segmentName(int segment) {
    return segment + 1 + ".kseg";
  }

  /// What the folder says of itself.
  public IndexManifest manifest() {
    return manifest;
  }

  /// The file of a segment, counted from 0.
  public Path segmentFile(int segment) {
    return folder.resolve(segmentName(segment));
  }

  /// Copies a segment to a new file, forced to the disk, and checks it on the way.
  ///
  /// @param segment counted from 0
  /// @param stop polled; ends it with a `CancellationException`
  /// @throws CorruptFileException if it is not as it was written; the copy is there then
  public void copySegment(int segment, Path target, BooleanSupplier stop) throws IOException {
    StoredFile expected = manifest.segments().get(segment).file();
    FileChecksum.copy(segmentFile(segment), target, expected, stop);
  }

  /// Checks the ids and vectors and opens them.
  ///
  /// @param stop polled; ends it with a `CancellationException`
  /// @throws CorruptFileException if they are not as they were written
  public PointsFile openPoints(BooleanSupplier stop) throws IOException {
    Path file = folder.resolve(POINTS);
    FileChecksum.require(file, manifest.pointsFile(), stop);
    return PointsFile.open(file, manifest.space().dimension(), manifest.points());
  }
}
