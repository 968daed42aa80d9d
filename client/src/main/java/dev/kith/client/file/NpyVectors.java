package dev.kith.client.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// A NumPy array of vectors: two axes (rows, dimension), `<f4` or `<f2`, in C order.
final class NpyVectors {
  private NpyVectors() {}

  /// Opens a file.
  ///
  /// @throws MalformedFileException if it is not such an array, or not of the length it states
  static VectorFile open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file);
    try {
      NpyHeader header = NpyHeader.read(file, channel);
      ElementType element =
          switch (header.descr()) {
            case "<f4" -> ElementType.F32;
            case "<f2" -> ElementType.F16;
            default ->
                throw new MalformedFileException(
                    file,
                    "header",
                    "'descr': '<f4' or '<f2' (save a.astype('<f4') instead)",
                    header.descr());
          };
      if (header.shape().size() != 2
          || header.shape().get(1) < 1
          || header.shape().get(1) > VectorFile.MAX_DIMENSION) {
        throw new MalformedFileException(
            file,
            "header",
            "a shape of two axes (rows, dimension in [1, %d])".formatted(VectorFile.MAX_DIMENSION),
            header.shape());
      }
      header.requireLength(file, channel, element.bytes());
      FixedRows.Layout layout =
          new FixedRows.Layout(
              header.dataOffset(),
              false,
              element,
              Math.toIntExact(header.shape().get(1)),
              header.shape().get(0));
      return new FixedRows(file, channel, layout);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }
}
