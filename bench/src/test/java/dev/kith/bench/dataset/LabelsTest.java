package dev.kith.bench.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabelsTest {
  @TempDir private Path folder;

  @Test
  void accuracyIsTheShareOfFirstHitsOfTheQuerysClass() {
    Labels labels = new Labels(List.of("a", "b", "c"), List.of("b", "c", "a", "a"));
    int[] asked = {0, 2, 3};
    int[][] hits = {{1, 0}, {2, 0}, {}};
    assertEquals(1 / 3.0, labels.accuracy(asked, hits));
  }

  @Test
  void aFolderHasLabelsOfAllVectorsOrNone() throws Exception {
    RandomData.write(folder, Metric.DOT, 3, 2, 4, 5);
    try (Dataset dataset = DatasetFolder.open(folder, 1)) {
      assertTrue(Labels.of(folder, dataset).isEmpty());
      Files.writeString(folder.resolve("labels.txt"), "a\nb\nc\n");
      assertRefused("query_labels.txt is missing", dataset);
      Files.writeString(folder.resolve("query_labels.txt"), "a\n");
      assertRefused("expected a line for each of 2 vectors, got 1", dataset);
      Labels both = new Labels(List.of("a", "b", "c"), List.of("d", "a"));
      both.write(folder);
      assertEquals(both, Labels.of(folder, dataset).orElseThrow());
    }
  }

  private void assertRefused(String sentence, Dataset dataset) {
    String message =
        String.valueOf(
            assertThrows(IOException.class, () -> Labels.of(folder, dataset)).getMessage());
    assertTrue(message.contains(sentence), message);
  }

  @Test
  void noQueryBothChoosesAndJudges() {
    QuerySplit split = QuerySplit.draw(11, 9, 3);
    assertEquals(List.of(4, 5), List.of(split.choosing().length, split.judging().length));
    assertEquals(9, Arrays.stream(split.all()).distinct().filter(i -> i >= 0 && i < 11).count());
    int[] everyOne = Arrays.stream(QuerySplit.draw(11, 100, 3).all()).sorted().toArray();
    assertEquals(IntStream.range(0, 11).boxed().toList(), Arrays.stream(everyOne).boxed().toList());
  }
}
