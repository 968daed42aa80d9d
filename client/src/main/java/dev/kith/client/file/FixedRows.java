package dev.kith.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Rows of equal size, one after another in a file. Owns the channel.
///
/// Reads instead of mapping: a file that shrinks under a mapping kills the JVM, under a read it is
/// a short read.
final class FixedRows implements VectorFile {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final Layout layout;
  private final ByteBuffer buffer;
  private long position;

  /// @param start offset of the first row
  /// @param countPrefix whether each row begins with its dimension as an int
  /// @param rows rows in the file; the caller has compared them with its length
  record Layout(long start, boolean countPrefix, ElementType element, int dimension, long rows) {
    int rowBytes() {
      return (countPrefix ? Integer.BYTES : 0) + dimension * element.bytes();
    }
  }

  FixedRows(Path file, FileChannel channel, Layout layout) {
    this.file = file;
    this.channel = channel;
    this.layout = layout;
    int rowsPerRead = Math.max(1, BUFFER_BYTES / layout.rowBytes());
    this.buffer =
        ByteBuffer.allocate(
                (int) Math.min(rowsPerRead, Math.max(1, layout.rows())) * layout.rowBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public Path path() {
    return file;
  }

  @Override
  public int dimension() {
    return layout.dimension();
  }

  @Override
  public OptionalLong count() {
    return OptionalLong.of(layout.rows());
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void seek(long row) {
    if (row < 0) {
      throw new IllegalArgumentException("row must be at least 0, got " + row);
    }
    position = Math.min(row, layout.rows());
  }

  @Override
  public @Nullable RowBatch next(int maxRows) throws IOException {
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows must be at least 1, got " + maxRows);
    }
    int dimension = layout.dimension();
    int rows =
        (int)
            Math.min(
                Math.min(maxRows, layout.rows() - position), Integer.MAX_VALUE / 2 / dimension);
    if (rows == 0) {
      return null;
    }
    float[] vectors = new float[rows * dimension];
    int rowsPerRead = buffer.capacity() / layout.rowBytes();
    for (int done = 0; done < rows; done += rowsPerRead) {
      int now = Math.min(rowsPerRead, rows - done);
      long offset = layout.start() + (position + done) * layout.rowBytes();
      fill(offset, now * layout.rowBytes());
      decode(offset, vectors, done * dimension, now);
    }
    RowBatch batch = new RowBatch(position, dimension, vectors);
    position += rows;
    return batch;
  }

  private void decode(long offset, float[] vectors, int at, int rows) throws IOException {
    int dimension = layout.dimension();
    if (!layout.countPrefix()) {
      layout.element().read(buffer, vectors, at, rows * dimension);
      return;
    }
    for (int row = 0; row < rows; row++) {
      long rowOffset = offset + buffer.position();
      int stated = buffer.getInt();
      if (stated != dimension) {
        throw MalformedFileException.at(
            file, rowOffset, "dimension %d as in the first row".formatted(dimension), stated);
      }
      layout.element().read(buffer, vectors, at + row * dimension, dimension);
    }
  }

  private void fill(long offset, int bytes) throws IOException {
    buffer.clear().limit(bytes);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, offset + buffer.position());
      if (read < 0) {
        throw MalformedFileException.at(
            file, offset + buffer.position(), bytes + " bytes of rows", "the end of the file");
      }
    }
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
