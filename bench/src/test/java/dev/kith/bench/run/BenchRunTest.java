package dev.kith.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.RandomData;
import dev.kith.index.Metric;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment.Residence;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BenchRunTest {
  private static final IndexSpec HNSW = RunSettings.index("hnsw", Map.of(), 1);

  @TempDir private Path folder;

  @Test
  void anExactIndexFindsEverythingWithOneComparisonAVector() throws Exception {
    try (Dataset dataset = small()) {
      RunSettings settings =
          new RunSettings(RunSettings.index("flat", Map.of(), 1), List.of(), 1, 10, 1);
      Row row = run(dataset, settings).getFirst();
      assertEquals(new Row.Shares(1.0, 1.0, 1.0), row.recall());
      assertEquals(3000.0, row.distanceComputations());
      assertTrue(known(row.bytesPerVector()) >= 8 * Float.BYTES, () -> "" + row);
      assertEquals(Map.of(), row.params());
    }
  }

  @Test
  void aWiderBeamFindsMoreAndComparesMore() throws Exception {
    try (Dataset dataset = small()) {
      Map<String, Integer> params = Map.of("m", 4, "ef_construction", 30);
      RunSettings settings =
          new RunSettings(RunSettings.index("hnsw", params, 1), List.of(10, 120), 2, 10, 2);
      List<Row> seen = new ArrayList<>();
      try (Target target = new InProcessTarget(dataset, 2, SegmentKind.GROWING)) {
        List<Row> rows = new BenchRun(dataset, target, settings).run(seen::add);
        assertEquals(rows, seen);
      }
      Row narrow = seen.getFirst();
      Row wide = seen.getLast();
      assertTrue(known(wide.recall().at10()) > known(narrow.recall().at10()), seen::toString);
      assertTrue(known(wide.recall().at10()) > 0.9, wide::toString);
      assertTrue(
          known(wide.distanceComputations()) > known(narrow.distanceComputations()),
          seen::toString);
      assertNull(narrow.recall().at100(), "a beam of 10 does not hold 100 hits");
      assertNotNull(wide.recall().at100());
      assertEquals(2, wide.threads());
      assertTrue(wide.latency().p50() <= wide.latency().p99(), wide::toString);
      assertTrue(
          wide.qps() > 0 && known(wide.qpsCpu()) > 0 && wide.buildSeconds() > 0, wide::toString);
      assertEquals(
          List.of("m", "ef_construction", "seed", "layout", "ef"),
          List.copyOf(wide.params().keySet()));
    }
  }

  @Test
  void aRowOfJsonHasTheKeysThatOthersRead() throws Exception {
    try (Dataset dataset = small()) {
      RunSettings settings =
          new RunSettings(RunSettings.index("flat", Map.of(), 1), List.of(), 1, 5, 1);
      Row row = run(dataset, settings).getFirst();
      assertNull(row.recall().at10(), "five hits do not tell recall@10");
      assertEquals(
          List.of(
              "dataset",
              "index",
              "segment",
              "params",
              "threads",
              "recall_at_1",
              "recall_at_10",
              "recall_at_100",
              "qps",
              "p50_us",
              "p95_us",
              "p99_us",
              "distance_computations",
              "build_seconds",
              "bytes_per_vector",
              "qps_cpu"),
          List.copyOf(row.toJson().propertyNames()));
    }
  }

  @ParameterizedTest
  @EnumSource(SegmentKind.class)
  void everySegmentOfOneGraphFindsTheSameWithTheSameWork(SegmentKind kind) throws Exception {
    try (Dataset dataset = small()) {
      Map<String, Integer> params = Map.of("m", 4, "ef_construction", 30);
      RunSettings settings =
          new RunSettings(RunSettings.index("hnsw", params, 1), List.of(20), 1, 10, 1);
      Row growing = run(dataset, settings, SegmentKind.GROWING).getFirst();
      Row row = run(dataset, settings, kind).getFirst();
      assertEquals(growing.recall(), row.recall());
      assertEquals(growing.distanceComputations(), row.distanceComputations());
      assertEquals(kind.text(), row.toJson().get("segment").stringValue());
      long rowsAndLinks = 64 + 2 * 4 * Integer.BYTES;
      assertTrue(known(row.bytesPerVector()) >= rowsAndLinks, row::toString);
    }
  }

  @Test
  void moreListsFindMoreAndTheTableSaysHowManyWereRead() throws Exception {
    StringWriter text = new StringWriter();
    ResultTable table = new ResultTable(new PrintWriter(text));
    try (Dataset dataset = small()) {
      IndexSpec lists = RunSettings.index("ivf", Map.of("lists", 20), 1);
      RunSettings settings = new RunSettings(lists, List.of(1, 20), 1, 10, 1);
      List<Row> rows = run(dataset, settings, SegmentKind.SEALED_MEMORY);
      rows.forEach(table::print);
      assertTrue(
          known(rows.getLast().recall().at10()) > known(rows.getFirst().recall().at10()),
          rows::toString);
      assertTrue(known(rows.getLast().recall().at10()) > 0.9, rows::toString);
    }
    assertTrue(text.toString().contains("ivf lists=20 seed=1 codec=rabitq, "), text::toString);
    assertTrue(text.toString().contains("nprobe=1 "), text::toString);
    assertTrue(text.toString().contains("nprobe=20 "), text::toString);
  }

  @Test
  void theFastLayoutFindsTheNearestWithFewerDistances() throws Exception {
    try (Dataset dataset = small()) {
      RunSettings compact = new RunSettings(HNSW, List.of(40), 1, 10, 1);
      RunSettings fast = new RunSettings(RunSettings.laidOut(HNSW, "fast"), List.of(40), 1, 10, 1);
      Row steered = run(dataset, fast, SegmentKind.SEALED).getFirst();
      Row scored = run(dataset, compact, SegmentKind.SEALED).getFirst();
      assertTrue(known(steered.recall().at10()) >= 0.95, steered::toString);
      assertTrue(
          known(steered.distanceComputations()) < known(scored.distanceComputations()) / 2,
          () -> steered + " against " + scored);
    }
  }

  @ParameterizedTest
  @EnumSource(Residence.class)
  void theFileOfASealedSegmentGoesWithIt(Residence residence) throws Exception {
    IndexSpec flat = RunSettings.index("flat", Map.of(), 1);
    try (Dataset dataset = small();
        GrowingSegment growing = GrowingSegment.create(dataset.space(), flat, 1)) {
      growing.append(0, dataset.base().data(), dataset.base().offset(0));
      growing.publish();
      Path file;
      try (TemporarySegment sealed = TemporarySegment.seal(growing, 1, residence)) {
        file = sealed.segment().file();
        assertEquals(Files.size(file), sealed.segment().bytes());
      }
      assertFalse(Files.exists(Objects.requireNonNull(file.getParent())), file::toString);
    }
  }

  @Test
  void theLayoutIsReportedAmongTheParameters() {
    for (String layout : List.of("compact", "fast")) {
      RunSettings settings =
          new RunSettings(RunSettings.laidOut(HNSW, layout), List.of(10), 1, 10, 1);
      assertEquals(layout, known(settings.params().get("layout")).stringValue());
      assertEquals(16, known(settings.params().get("m")).intValue());
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefusedInWords() {
    assertMessage("no parameter", () -> RunSettings.index("hnsw", Map.of("ef", 3), 1));
    assertMessage("no parameter m", () -> RunSettings.index("flat", Map.of("m", 3), 1));
    assertMessage("hnsw, ivf or flat", () -> RunSettings.index("annoy", Map.of(), 1));
    assertMessage("[growing, sealed, sealed-memory]", () -> SegmentKind.of("mapped"));
    assertMessage("compact or fast, got wide", () -> RunSettings.laidOut(HNSW, "wide"));
    assertMessage(
        "no graph to lay out",
        () -> RunSettings.laidOut(RunSettings.index("flat", Map.of(), 1), "fast"));
    assertMessage("m must be in", () -> RunSettings.index("hnsw", Map.of("m", 1), 1));
    assertMessage(
        "nothing to sweep",
        () -> new RunSettings(RunSettings.index("flat", Map.of(), 1), List.of(10), 1, 10, 1));
    assertMessage(
        "ef must be in",
        () -> new RunSettings(RunSettings.index("hnsw", Map.of(), 1), List.of(0), 1, 10, 1));
  }

  private static List<Row> run(Dataset dataset, RunSettings settings) throws Exception {
    return run(dataset, settings, SegmentKind.GROWING);
  }

  private static List<Row> run(Dataset dataset, RunSettings settings, SegmentKind kind)
      throws Exception {
    try (Target target = new InProcessTarget(dataset, 1, kind)) {
      return new BenchRun(dataset, target, settings).run(row -> {});
    }
  }

  private Dataset small() throws Exception {
    RandomData.write(folder, Metric.COSINE, 3000, 200, 8, 8);
    return DatasetFolder.open(folder, 2);
  }

  private static <T> T known(@Nullable T figure) {
    return Objects.requireNonNull(figure);
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable make) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, make);
    assertTrue(refused.toString().contains(part), refused::toString);
  }
}
