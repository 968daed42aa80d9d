package dev.kith.client.file;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.object.datatype.FloatingPoint;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A two-axis data set of 32-bit floats in an HDF5 file, such as `train`, `test` or `distances` of
/// the files of ann-benchmarks.
public final class Hdf5Vectors implements VectorFile {

  /// Most coordinates taken from a chunked data set at once, 4 MiB: the library returns them as one
  /// array a row, which are then copied.
  private static final int MAX_SLICE = 1 << 20;

  private final Path file;
  private final String name;
  private final Source source;

  /// Where the rows come from.
  private sealed interface Source {

    /// Rows side by side in the file, read without the library.
    record Plain(FixedRows rows) implements Source {}

    /// Rows in (possibly compressed) chunks, decoded by the library.
    record Chunked(HdfFile hdf, Dataset dataset, int dimension, long count) implements Source {}
  }

  private long position;

  private Hdf5Vectors(Path file, String name, Source source) {
    this.file = file;
    this.name = name;
    this.source = source;
  }

  /// Opens one data set of a file.
  ///
  /// @throws MalformedFileException if the file is not HDF5 or has no such data set of floats
  public static Hdf5Vectors open(Path file, String name) throws IOException {
    HdfFile hdf = Hdf5.open(file);
    boolean handedOver = false;
    try {
      Source source = Hdf5.guard(file, name, () -> source(file, name, hdf));
      handedOver = source instanceof Source.Chunked;
      return new Hdf5Vectors(file, name, source);
    } finally {
      if (!handedOver) {
        hdf.close();
      }
    }
  }

  /// The text attribute of the whole file that ann-benchmarks keeps its metric in: `angular`,
  /// `euclidean` and so on. Empty if there is none.
  ///
  /// @throws MalformedFileException if the file is not HDF5
  public static Optional<String> distance(Path file) throws IOException {
    try (HdfFile hdf = Hdf5.open(file)) {
      return Hdf5.guard(
          file,
          "attribute distance",
          () -> {
            Attribute attribute = hdf.getAttributes().get("distance");
            return attribute != null && attribute.getData() instanceof String text
                ? Optional.of(text)
                : Optional.<String>empty();
          });
    }
  }

  /// Whether the file has a data set of this name.
  ///
  /// @throws MalformedFileException if the file is not HDF5
  public static boolean has(Path file, String name) throws IOException {
    try (HdfFile hdf = Hdf5.open(file)) {
      return Hdf5.guard(file, name, () -> hdf.getChildren().containsKey(name));
    }
  }

  private static Source source(Path file, String name, HdfFile hdf) throws IOException {
    Dataset dataset = Hdf5.matrix(file, name, hdf);
    long rows = dataset.getDimensionsAsLong()[0];
    long dimension = dataset.getDimensionsAsLong()[1];
    if (dimension > MAX_DIMENSION) {
      throw new MalformedFileException(
          file, "data set " + name, "a dimension in [1, %d]".formatted(MAX_DIMENSION), dimension);
    }
    if (!(dataset.getDataType() instanceof FloatingPoint type) || type.getSize() != Float.BYTES) {
      throw new MalformedFileException(
          file, "data set " + name, "32-bit floats", Hdf5.typeOf(dataset));
    }
    if (!(dataset instanceof ContiguousDataset plain)
        || type.getByteOrder() != ByteOrder.LITTLE_ENDIAN) {
      return new Source.Chunked(hdf, dataset, (int) dimension, rows);
    }
    FileChannel channel = FileChannel.open(file);
    try {
      long start = hdf.getUserBlockSize() + plain.getDataAddress();
      long available = (channel.size() - start) / Float.BYTES / dimension;
      if (start < 0 || rows > available) {
        throw new MalformedFileException(
            file,
            "data set " + name,
            "%d rows of %d floats at offset %d".formatted(rows, dimension, start),
            "a file of %d bytes".formatted(channel.size()));
      }
      return new Source.Plain(
          new FixedRows(
              file,
              channel,
              new FixedRows.Layout(start, false, ElementType.F32, (int) dimension, rows)));
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  @Override
  public Path path() {
    return file;
  }

  @Override
  public int dimension() {
    return switch (source) {
      case Source.Plain plain -> plain.rows().dimension();
      case Source.Chunked chunked -> chunked.dimension();
    };
  }

  @Override
  public OptionalLong count() {
    return switch (source) {
      case Source.Plain plain -> plain.rows().count();
      case Source.Chunked chunked -> OptionalLong.of(chunked.count());
    };
  }

  @Override
  public long position() {
    return switch (source) {
      case Source.Plain plain -> plain.rows().position();
      case Source.Chunked _ -> position;
    };
  }

  @Override
  public void seek(long row) {
    switch (source) {
      case Source.Plain plain -> plain.rows().seek(row);
      case Source.Chunked chunked -> {
        if (row < 0) {
          throw new IllegalArgumentException("row must be at least 0, got " + row);
        }
        position = Math.min(row, chunked.count());
      }
    }
  }

  @Override
  public @Nullable RowBatch next(int maxRows) throws IOException {
    return switch (source) {
      case Source.Plain plain -> plain.rows().next(maxRows);
      case Source.Chunked chunked -> next(chunked, maxRows);
    };
  }

  private @Nullable RowBatch next(Source.Chunked chunked, int maxRows) throws IOException {
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows must be at least 1, got " + maxRows);
    }
    int dimension = chunked.dimension();
    int rows =
        (int)
            Math.min(
                Math.min(maxRows, chunked.count() - position), Math.max(1, MAX_SLICE / dimension));
    if (rows == 0) {
      return null;
    }
    Object slice =
        Hdf5.guard(
            file,
            name,
            () -> chunked.dataset().getData(new long[] {position, 0}, new int[] {rows, dimension}));
    if (!(slice instanceof float[][] table) || table.length != rows) {
      throw new MalformedFileException(
          file, "data set " + name, rows + " rows of floats", Hdf5.typeOf(chunked.dataset()));
    }
    float[] vectors = new float[rows * dimension];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(table[row], 0, vectors, row * dimension, dimension);
    }
    RowBatch batch = new RowBatch(position, dimension, vectors);
    position += rows;
    return batch;
  }

  @Override
  public void close() throws IOException {
    switch (source) {
      case Source.Plain plain -> plain.rows().close();
      case Source.Chunked chunked -> chunked.hdf().close();
    }
  }
}
