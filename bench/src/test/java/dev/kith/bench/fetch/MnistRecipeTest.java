package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.index.Metric;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MnistRecipeTest {
  private static final String BASE_IMAGES = "data/train-images-idx3-ubyte";
  private static final String BASE_LABELS = "data/train-labels-idx1-ubyte";
  private static final String QUERY_IMAGES = "data/t10k-images-idx3-ubyte";
  private static final String QUERY_LABELS = "data/t10k-labels-idx1-ubyte";
  private static final int IMAGES = 120;
  private static final int QUERIES = 7;

  @TempDir private Path folder;
  private final Map<String, byte[]> files = new HashMap<>();

  @BeforeEach
  void fillThePackage() {
    Random random = new Random(1);
    files.put(BASE_IMAGES, idx(random, 256, IMAGES, 28, 28));
    files.put(BASE_LABELS, idx(random, 10, IMAGES));
    files.put(QUERY_IMAGES, idx(random, 256, QUERIES, 28, 28));
    files.put(QUERY_LABELS, idx(random, 10, QUERIES));
  }

  @Test
  void pixelsStayAsTheyAreAndLabelsFollowTheirImages() throws Exception {
    make();
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      assertEquals("mnist-784", dataset.name());
      assertEquals(Metric.EUCLIDEAN, dataset.space().metric());
      assertEquals(IMAGES, dataset.base().rows());
      assertEquals(QUERIES, dataset.queries().rows());
      for (int row = 0; row < IMAGES; row++) {
        for (int i = 0; i < 784; i++) {
          assertEquals(file(BASE_IMAGES)[16 + 784 * row + i] & 0xFF, dataset.base().get(row, i));
        }
      }
      for (int i = 0; i < 784; i++) {
        assertEquals(file(QUERY_IMAGES)[16 + 784 * 6 + i] & 0xFF, dataset.queries().get(6, i));
      }
    }
    assertLabels("labels.txt", BASE_LABELS, IMAGES);
    assertLabels("query_labels.txt", QUERY_LABELS, QUERIES);
  }

  @Test
  void aFileOfAnotherKindOrShapeIsRefusedByName() {
    files.put(QUERY_IMAGES, idx(new Random(2), 256, QUERIES + 1, 28, 28));
    assertRefused(QUERY_IMAGES, "[8, 28, 28]");
    files.put(QUERY_IMAGES, idx(new Random(2), 256, QUERIES, 784));
    assertRefused(QUERY_IMAGES, "00000802");
    files.put(QUERY_IMAGES, new byte[] {0, 0});
    assertRefused(QUERY_IMAGES, "head");
  }

  @Test
  void aFileThatIsCutShortOrTooLongIsRefused() {
    byte[] whole = file(BASE_IMAGES);
    files.put(BASE_IMAGES, Arrays.copyOf(whole, whole.length - 785));
    assertRefused(BASE_IMAGES, "2 items too early");
    files.put(BASE_IMAGES, Arrays.copyOf(whole, whole.length + 1));
    assertRefused(BASE_IMAGES, "goes on");
  }

  @Test
  void aLabelThatIsNoDigitIsRefused() {
    file(BASE_LABELS)[8 + 5] = 10;
    assertRefused(BASE_LABELS, "label 5 must be a digit in [0, 9], got 10");
    assertFalse(Files.exists(folder.resolve("meta.json")));
  }

  private void make() throws IOException {
    new MnistRecipe().make(folder, path -> new ByteArrayInputStream(file(path)), IMAGES, QUERIES);
  }

  private byte[] file(String path) {
    return Objects.requireNonNull(files.get(path), path);
  }

  private void assertRefused(String file, String part) {
    IOException refused = assertThrows(IOException.class, this::make);
    assertTrue(refused.toString().contains(file), refused::toString);
    assertTrue(refused.toString().contains(part), refused::toString);
  }

  private void assertLabels(String name, String source, int count) throws IOException {
    List<String> labels = Files.readAllLines(folder.resolve(name));
    assertEquals(count, labels.size());
    for (int row = 0; row < count; row++) {
      assertEquals(Integer.toString(file(source)[8 + row]), labels.get(row));
    }
  }

  private static byte[] idx(Random random, int bound, int... shape) {
    int elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * shape.length + elements);
    file.putInt(0x0800 | shape.length);
    for (int length : shape) {
      file.putInt(length);
    }
    while (file.hasRemaining()) {
      file.put((byte) random.nextInt(bound));
    }
    return file.array();
  }
}
