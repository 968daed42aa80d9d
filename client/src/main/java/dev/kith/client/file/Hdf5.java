package dev.kith.client.file;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/// The door to the HDF5 library, which answers damage with whatever exception its parser ran into.
final class Hdf5 {

  /// HDF5 allows its signature at 0, 512, 1024, ...; within what the library looks at, a smaller
  /// file cannot hold a superblock.
  private static final int MIN_BYTES = 96;

  private Hdf5() {}

  /// A call into the library.
  interface Call<T> {
    T run() throws IOException;
  }

  static HdfFile open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() < MIN_BYTES) {
        throw MalformedFileException.at(
            file, 0, "an HDF5 file", "%d bytes".formatted(channel.size()));
      }
    }
    return guard(file, "superblock", () -> new HdfFile(file));
  }

  /// Turns every way in which the library fails into the one exception of this package.
  static <T> T guard(Path file, String place, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
      // Out of memory as well: a damaged length asks for an array that cannot be; it was never
      // allocated.
      throw new MalformedFileException(
          file, place, "well-formed HDF5", String.valueOf(failure.getMessage()), failure);
    }
  }

  /// Finds a data set of two axes, neither empty.
  static Dataset matrix(Path file, String name, HdfFile hdf) throws MalformedFileException {
    Node node = hdf.getChildren().get(name);
    if (!(node instanceof Dataset dataset)) {
      throw new MalformedFileException(
          file, "root group", "a data set " + name, hdf.getChildren().keySet());
    }
    long[] shape = dataset.getDimensionsAsLong();
    if (shape.length != 2 || shape[0] < 0 || shape[1] < 1) {
      throw new MalformedFileException(
          file, "data set " + name, "a shape of two axes (rows, columns)", Arrays.toString(shape));
    }
    return dataset;
  }

  static String typeOf(Dataset dataset) {
    return "%s of %d bytes"
        .formatted(
            dataset.getDataType().getClass().getSimpleName(), dataset.getDataType().getSize());
  }
}
