package dev.kith.server.bulk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.kith.index.CorruptFileException;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFile.Verification;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// The ids and the vectors of an index folder, as they were given: segments hold vectors of length
/// one under cosine, and a server gives vectors back bit for bit.
///
/// A [SectionFile]; all numbers are little-endian.
///
/// | section | content |
/// |---|---|
/// | `vectors` | the vectors as 4-byte floats, row after row without padding |
/// | `ids` | for each row the length of its id's key, 2 bytes unsigned, and the key |
/// | `points` | 32 bytes: version 1 (int), dimension (int), number of rows (long), zeros |
///
/// Read from the first row to the last; not thread-safe.
public final class PointsFile implements AutoCloseable {
  static final String VECTORS = "vectors";
  static final String IDS = "ids";
  static final String POINTS = "points";
  static final int VERSION = 1;
  static final int HEADER_BYTES = 32;
  static final int MAX_KEY_BYTES = 0xFFFF;

  static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SectionFile file;
  private final MemorySegment vectors;
  private final MemorySegment ids;
  private final long points;
  private long nextId;

  private PointsFile(SectionFile file, int dimension, long points) throws IOException {
    this.file = file;
    this.points = points;
    MemorySegment header = file.section(POINTS, HEADER_BYTES);
    require(header.get(INT, 0) == VERSION, "version 1", header.get(INT, 0));
    require(header.get(INT, 4) == dimension, dimension + " dimensions", header.get(INT, 4));
    require(header.get(LONG, 8) == points, points + " rows", header.get(LONG, 8));
    this.vectors =
        file.section(VECTORS, Math.multiplyExact(points, (long) dimension * Float.BYTES));
    this.ids = file.section(IDS);
  }

  /// Opens a file whose bytes were checked already.
  ///
  /// @throws CorruptFileException if it does not hold so many rows of so many dimensions
  static PointsFile open(Path path, int dimension, long points) throws IOException {
    SectionFile file = SectionFile.open(path, Verification.STRUCTURE);
    try {
      return new PointsFile(file, dimension, points);
    } catch (IOException | RuntimeException | Error failure) {
      file.close();
      throw failure;
    }
  }

  private void require(boolean holds, String expected, long found) throws CorruptFileException {
    if (!holds) {
      throw new CorruptFileException(file.file(), expected, Long.toString(found));
    }
  }

  /// Rows in the file.
  public long points() {
    return points;
  }

  /// All vectors, borrowed until [#close()].
  public MemorySegment vectors() {
    return vectors;
  }

  /// The key of the next row's id.
  ///
  /// @throws CorruptFileException if the ids end before
  public byte[] nextId() throws CorruptFileException {
    long left = ids.byteSize() - nextId;
    int length = left < Short.BYTES ? 0 : Short.toUnsignedInt(ids.get(SHORT, nextId));
    if (left < Short.BYTES + length) {
      throw new CorruptFileException(
          file.file(), "an id for each of %d rows".formatted(points), "the end of the ids");
    }
    byte[] key = new byte[length];
    MemorySegment.copy(ids, JAVA_BYTE, nextId + Short.BYTES, key, 0, length);
    nextId += Short.BYTES + length;
    return key;
  }

  @Override
  public void close() {
    file.close();
  }
}
