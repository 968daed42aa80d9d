package dev.kith.client.file;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.object.datatype.FixedPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/// A table of ints in memory, such as the true neighbours of queries. Immutable in shape; the
/// values are shared.
public final class IntMatrix {

  /// A billion neighbours are 4 GB: what is larger is not a table of neighbours.
  private static final long MAX_VALUES = 1 << 30;

  private final int rows;
  private final int columns;
  private final int[] values;

  /// @param values `rows` x `columns` of them, row after row; not copied
  public IntMatrix(int rows, int columns, int[] values) {
    if (rows < 0 || columns < 1 || (long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          "expected %d x %d values, got %d".formatted(rows, columns, values.length));
    }
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /// The value in a row and a column, both from 0.
  public int get(int row, int column) {
    if (column < 0 || column >= columns) {
      throw new IndexOutOfBoundsException(
          "column must be in [0, %d], got %d".formatted(columns - 1, column));
    }
    return values[row * columns + column];
  }

  /// A copy of one row.
  public int[] row(int row) {
    return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
  }

  /// All values, row after row; shared, not a copy.
  public int[] values() {
    return values;
  }

  /// Reads a whole file: `.npy` (`<i4` or `<i8`; one axis makes one column), `.ivecs`, or the data
  /// set `neighbors` of an `.hdf5`.
  ///
  /// @throws MalformedFileException if the file is not of its format, or a value is not an int
  /// @throws IllegalArgumentException if the ending is unknown
  public static IntMatrix read(Path file) throws IOException {
    return read(file, "neighbors");
  }

  /// As [#read(Path)], with the name of the data set of an `.hdf5` file.
  public static IntMatrix read(Path file, String dataset) throws IOException {
    return switch (VectorFile.extension(file)) {
      case "npy" -> readNpy(file);
      case "ivecs" -> readIvecs(file);
      case "hdf5", "h5" -> readHdf5(file, dataset);
      default ->
          throw new IllegalArgumentException(
              file + ": expected a file ending in .npy, .ivecs, .hdf5 or .h5");
    };
  }

  private static IntMatrix readNpy(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      NpyHeader header = NpyHeader.read(file, channel);
      int elementBytes =
          switch (header.descr()) {
            case "<i4" -> Integer.BYTES;
            case "<i8" -> Long.BYTES;
            default ->
                throw new MalformedFileException(
                    file, "header", "'descr': '<i4' or '<i8'", header.descr());
          };
      int axes = header.shape().size();
      if (axes < 1 || axes > 2 || (axes == 2 && header.shape().get(1) < 1)) {
        throw new MalformedFileException(
            file, "header", "a shape of (rows) or (rows, columns)", header.shape());
      }
      header.requireLength(file, channel, elementBytes);
      long columns = axes == 2 ? header.shape().get(1) : 1;
      int[] values = new int[boundedCount(file, header.elements(file), columns)];
      Source source = new Source(file, channel, header.dataOffset());
      for (int i = 0; i < values.length; i++) {
        long value = elementBytes == Integer.BYTES ? source.nextInt() : source.nextLong();
        if (value != (int) value) {
          throw new MalformedFileException(file, "element " + i, "a 32-bit integer", value);
        }
        values[i] = (int) value;
      }
      return new IntMatrix((int) (values.length / columns), (int) columns, values);
    }
  }

  private static IntMatrix readIvecs(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      FixedRows.Layout layout = TexmexVectors.layout(file, channel, ElementType.I32);
      int columns = layout.dimension();
      int rows = boundedCount(file, layout.rows() * columns, columns) / columns;
      int[] values = new int[rows * columns];
      Source source = new Source(file, channel, 0);
      for (int row = 0; row < rows; row++) {
        int stated = source.nextInt();
        if (stated != columns) {
          throw new MalformedFileException(
              file, "row " + row, "%d columns as in the first row".formatted(columns), stated);
        }
        for (int column = 0; column < columns; column++) {
          values[row * columns + column] = source.nextInt();
        }
      }
      return new IntMatrix(rows, columns, values);
    }
  }

  private static IntMatrix readHdf5(Path file, String name) throws IOException {
    try (HdfFile hdf = Hdf5.open(file)) {
      return Hdf5.guard(
          file,
          name,
          () -> {
            Dataset dataset = Hdf5.matrix(file, name, hdf);
            long[] shape = dataset.getDimensionsAsLong();
            if (!(dataset.getDataType() instanceof FixedPoint type)
                || type.getSize() != Integer.BYTES
                || !type.isSigned()) {
              throw new MalformedFileException(
                  file, "data set " + name, "signed 32-bit integers", Hdf5.typeOf(dataset));
            }
            int count = boundedCount(file, Math.multiplyExact(shape[0], shape[1]), shape[1]);
            if (dataset.getFilters().isEmpty() && (long) count * Integer.BYTES > hdf.size()) {
              throw new MalformedFileException(
                  file, "data set " + name, count + " ints", hdf.size() + " bytes");
            }
            int[] values = (int[]) dataset.getDataFlat();
            return new IntMatrix((int) shape[0], (int) shape[1], values);
          });
    }
  }

  private static int boundedCount(Path file, long values, long columns)
      throws MalformedFileException {
    if (values > MAX_VALUES || columns > MAX_VALUES) {
      throw new MalformedFileException(
          file, "header", "at most %d values".formatted(MAX_VALUES), values);
    }
    return (int) values;
  }

  /// Ints and longs from a channel, buffered.
  private static final class Source {
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer =
        ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).flip();

    Source(Path file, FileChannel channel, long offset) throws IOException {
      this.file = file;
      this.channel = channel.position(offset);
    }

    int nextInt() throws IOException {
      require(Integer.BYTES);
      return buffer.getInt();
    }

    long nextLong() throws IOException {
      require(Long.BYTES);
      return buffer.getLong();
    }

    private void require(int bytes) throws IOException {
      if (buffer.remaining() >= bytes) {
        return;
      }
      buffer.compact();
      while (buffer.position() < bytes) {
        if (channel.read(buffer) < 0) {
          throw MalformedFileException.at(
              file, channel.position(), "more values", "the end of the file");
        }
      }
      buffer.flip();
    }
  }
}
