package dev.kith.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// The formats of the TEXMEX corpora: each row is its dimension as an int and then as many
/// coordinates, floats in `.fvecs`, unsigned bytes in `.bvecs`, ints in `.ivecs`. Little-endian;
/// all rows of a file have the same dimension.
final class TexmexVectors {
  private TexmexVectors() {}

  /// Opens a file; its ending tells the type of the coordinates.
  ///
  /// @throws MalformedFileException if the first row or the file's length is not of this format
  /// @throws IllegalArgumentException if the ending is none of the three
  static VectorFile open(Path file) throws IOException {
    ElementType element =
        switch (VectorFile.extension(file)) {
          case "fvecs" -> ElementType.F32;
          case "bvecs" -> ElementType.U8;
          case "ivecs" -> ElementType.I32;
          default ->
              throw new IllegalArgumentException(
                  file + ": expected a file ending in .fvecs, .bvecs or .ivecs");
        };
    FileChannel channel = FileChannel.open(file);
    try {
      return new FixedRows(file, channel, layout(file, channel, element));
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  static FixedRows.Layout layout(Path file, FileChannel channel, ElementType element)
      throws IOException {
    ByteBuffer first = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (first.hasRemaining() && channel.read(first, first.position()) >= 0) {}
    if (first.hasRemaining()) {
      throw MalformedFileException.at(
          file, 0, "the dimension of the first row", first.position() + " bytes in all");
    }
    int dimension = first.getInt(0);
    if (dimension < 1 || dimension > VectorFile.MAX_DIMENSION) {
      throw MalformedFileException.at(
          file, 0, "a dimension in [1, %d]".formatted(VectorFile.MAX_DIMENSION), dimension);
    }
    int rowBytes = Integer.BYTES + dimension * element.bytes();
    long size = channel.size();
    if (size % rowBytes != 0) {
      throw MalformedFileException.at(
          file,
          size - size % rowBytes,
          "rows of %d bytes (dimension %d) up to the end".formatted(rowBytes, dimension),
          "%d bytes at the end".formatted(size % rowBytes));
    }
    return new FixedRows.Layout(0, true, element, dimension, size / rowBytes);
  }
}
