package dev.kith.bench.fetch;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// A file of unsigned bytes in the IDX format of the MNIST database, read one item after another.
/// Closing it closes the stream it reads.
final class IdxFile implements AutoCloseable {

  /*
   * Big-endian: two bytes of zero, the type of an element (8: unsigned byte), the number of
   * dimensions, their lengths as 32-bit integers, and the elements, the last dimension fastest.
   */
  private static final int UNSIGNED_BYTES = 0x0800;

  private final String name;
  private final DataInputStream in;
  private final byte[] item;
  private int left;

  private IdxFile(String name, DataInputStream in, int items, int itemBytes) {
    this.name = name;
    this.in = in;
    this.left = items;
    this.item = new byte[itemBytes];
  }

  /// Reads the head of a file.
  ///
  /// @param name for messages
  /// @param shape lengths that the file must have: the number of items first, then what one is
  /// @throws IOException if it is no such file, or of another shape
  static IdxFile open(String name, InputStream stream, int... shape) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    try {
      int magic = in.readInt();
      if (magic != (UNSIGNED_BYTES | shape.length)) {
        throw new IOException(
            "%s: expected an IDX file of unsigned bytes in %d dimensions (%08x), got %08x"
                .formatted(name, shape.length, UNSIGNED_BYTES | shape.length, magic));
      }
      int[] lengths = new int[shape.length];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = in.readInt();
      }
      if (!Arrays.equals(lengths, shape)) {
        throw new IOException(
            "%s: expected the shape %s, got %s"
                .formatted(name, Arrays.toString(shape), Arrays.toString(lengths)));
      }
    } catch (EOFException e) {
      throw new IOException(name + ": the file ends within its head", e);
    }
    int itemBytes = Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
    return new IdxFile(name, in, shape[0], itemBytes);
  }

  /// Reads the next item.
  ///
  /// @return its bytes, overwritten by the next call
  /// @throws IOException if the file ends before the item does, or goes on after the last
  byte[] next() throws IOException {
    try {
      in.readFully(item);
    } catch (EOFException e) {
      throw new IOException("%s: the file ends %d items too early".formatted(name, left), e);
    }
    left--;
    if (left == 0 && in.read() >= 0) {
      throw new IOException(name + ": the file goes on after its last item");
    }
    return item;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
