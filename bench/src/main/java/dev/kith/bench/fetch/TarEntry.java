package dev.kith.bench.fetch;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The bytes of one file inside a tar archive. Closing it closes the archive.
final class TarEntry extends FilterInputStream {

  /*
   * A tar archive is a row of blocks of 512 bytes: for each file a header, then its bytes, padded
   * to whole blocks (POSIX.1-1988, "ustar"). Of the header we need
   *
   *     0  name, 100 bytes, ended by NUL if shorter
   *   124  size, 12 octal digits
   *   156  kind: '0' or NUL is a file; 'x', 'g', 'L' describe the next and are passed over
   *   345  prefix of the name, 155 bytes
   */

  private static final int BLOCK = 512;
  private long left;

  private TarEntry(InputStream archive, long size) {
    super(archive);
    this.left = size;
  }

  /// Reads an archive up to a file.
  ///
  /// @throws IOException if it has no such file, or is no tar archive
  static TarEntry find(String path, InputStream archive) throws IOException {
    byte[] header = new byte[BLOCK];
    while (archive.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
      long size = size(header);
      boolean file = header[156] == '0' || header[156] == 0;
      if (file && path.equals(name(header))) {
        return new TarEntry(archive, size);
      }
      archive.skipNBytes((size + BLOCK - 1) / BLOCK * BLOCK);
    }
    throw new IOException("no file %s in the archive".formatted(path));
  }

  private static String name(byte[] header) {
    String name = text(header, 0, 100);
    String prefix = text(header, 345, 155);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static long size(byte[] header) throws IOException {
    String octal = text(header, 124, 12).strip();
    try {
      return Long.parseLong(octal, 8);
    } catch (NumberFormatException e) {
      throw new IOException("not a tar archive: a size of '%s'".formatted(octal), e);
    }
  }

  private static String text(byte[] header, int at, int length) {
    int end = at;
    while (end < at + length && header[end] != 0) {
      end++;
    }
    return new String(header, at, end - at, StandardCharsets.UTF_8);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int at, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int read = in.read(into, at, (int) Math.min(length, left));
    if (read < 0) {
      throw new EOFException("the archive ends %d bytes before the end of a file".formatted(left));
    }
    left -= read;
    return read;
  }

  @Override
  public int available() {
    return 0; // Of the file, not of the archive: nothing is known to be at hand.
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = in.skip(Math.min(count, left));
    left -= skipped;
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
