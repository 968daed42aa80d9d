package dev.kith.bench.dataset;

import io.jhdf.HdfFile;
import io.jhdf.exceptions.HdfException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/// What an HDF5 file holds at its root.
final class Hdf5Names {

  private Hdf5Names() {}

  static Set<String> in(Path file) throws IOException {
    try (HdfFile hdf = new HdfFile(file)) {
      return Set.copyOf(hdf.getChildren().keySet());
    } catch (HdfException e) {
      throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
