package dev.kith.client.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes a NumPy array file (version 1.0, C order) of two axes, row after row. Not thread-safe.
///
/// The number of rows is entered in the header by [#close()]; until then the header says none, so
/// that an unfinished file is refused by every reader as too long.
public final class NpyWriter implements Closeable {

  /// Magic, version, length, dictionary and padding: NumPy wants a multiple of 64.
  private static final int HEADER_BYTES = 128;

  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final String descr;
  private final int columns;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long values;
  private boolean closed;

  private NpyWriter(Path file, String descr, int columns) throws IOException {
    if (columns < 1) {
      throw new IllegalArgumentException("columns must be at least 1, got " + columns);
    }
    this.descr = descr;
    this.columns = columns;
    this.channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    writeHeader(0);
    channel.position(HEADER_BYTES);
  }

  /// Begins an array of 32-bit floats, replacing the file.
  public static NpyWriter floats(Path file, int columns) throws IOException {
    return new NpyWriter(file, "<f4", columns);
  }

  /// Begins an array of 32-bit integers, replacing the file.
  public static NpyWriter ints(Path file, int columns) throws IOException {
    return new NpyWriter(file, "<i4", columns);
  }

  /// Writes a whole array of floats.
  ///
  /// @param rows row after row; a multiple of `columns`
  public static void write(Path file, int columns, float[] rows) throws IOException {
    try (NpyWriter writer = floats(file, columns)) {
      writer.append(rows);
    }
  }

  /// Writes a whole table of ints.
  public static void write(Path file, IntMatrix matrix) throws IOException {
    try (NpyWriter writer = ints(file, matrix.columns())) {
      writer.append(matrix.values());
    }
  }

  /// Appends whole rows of floats.
  ///
  /// @throws IllegalArgumentException if they are not whole rows
  public void append(float[] rows) throws IOException {
    require("<f4", rows.length);
    for (float value : rows) {
      makeRoom();
      buffer.putFloat(value);
    }
    values += rows.length;
  }

  /// Appends whole rows of ints.
  ///
  /// @throws IllegalArgumentException if they are not whole rows
  public void append(int[] rows) throws IOException {
    require("<i4", rows.length);
    for (int value : rows) {
      makeRoom();
      buffer.putInt(value);
    }
    values += rows.length;
  }

  /// Writes what is buffered, enters the number of rows and closes the file.
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (channel) {
      flush();
      writeHeader(values / columns);
    }
  }

  private void require(String elements, int count) {
    if (!descr.equals(elements)) {
      throw new IllegalStateException(
          "this file holds %s, got values of %s".formatted(descr, elements));
    }
    if (count % columns != 0) {
      throw new IllegalArgumentException(
          "expected whole rows of %d values, got %d values".formatted(columns, count));
    }
  }

  private void makeRoom() throws IOException {
    if (buffer.remaining() < Float.BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  private void writeHeader(long rows) throws IOException {
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(descr, rows, columns);
    int length = HEADER_BYTES - NpyHeader.MAGIC.length - 4;
    String padded = dictionary + " ".repeat(length - dictionary.length() - 1) + "\n";
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(NpyHeader.MAGIC).put((byte) 1).put((byte) 0).putShort((short) length);
    header.put(padded.getBytes(StandardCharsets.US_ASCII)).flip();
    while (header.hasRemaining()) {
      channel.write(header, header.position());
    }
  }
}
