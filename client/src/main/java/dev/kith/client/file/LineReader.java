package dev.kith.client.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/// Lines of a file as bytes, with a limit on their length.
final class LineReader implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final int maxLineBytes;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private byte[] line = new byte[1 << 12];
  private int length;
  private long number;

  LineReader(Path file, int maxLineBytes) throws IOException {
    this.file = file;
    this.maxLineBytes = maxLineBytes;
    this.channel = FileChannel.open(file);
  }

  /// Reads the next line, blank ones left out.
  ///
  /// @return whether there was one; its bytes are then in [#bytes()]
  boolean next() throws IOException {
    while (nextOfAny()) {
      for (int i = 0; i < length; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
          return true;
        }
      }
    }
    return false;
  }

  /// The line, overwritten by the next one; as much of it as [#length()] says.
  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  /// Number of the line, from 1, blank ones counted.
  long number() {
    return number;
  }

  void rewind() throws IOException {
    channel.position(0);
    buffer.clear().flip();
    number = 0;
    length = 0;
  }

  private boolean nextOfAny() throws IOException {
    length = 0;
    number++;
    boolean any = false;
    while (true) {
      if (!buffer.hasRemaining()) {
        buffer.clear();
        int read = channel.read(buffer);
        buffer.flip();
        if (read < 0) {
          return any;
        }
      }
      any = true;
      int from = buffer.position();
      int end = from;
      while (end < buffer.limit() && buffer.get(end) != '\n') {
        end++;
      }
      append(from, end - from);
      boolean ended = end < buffer.limit();
      buffer.position(ended ? end + 1 : end);
      if (ended) {
        return true;
      }
    }
  }

  private void append(int from, int count) throws MalformedFileException {
    if (count > maxLineBytes - length) {
      throw new MalformedFileException(
          file, "line " + number, "at most %d bytes a line".formatted(maxLineBytes), "more");
    }
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(length + count, line.length * 2));
    }
    buffer.get(from, line, length, count);
    length += count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
