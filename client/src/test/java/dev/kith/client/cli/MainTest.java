package dev.kith.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.OptimizeProgress;
import dev.kith.client.TestServer;
import dev.kith.proto.v1.AdaptiveOptions;
import dev.kith.proto.v1.Filter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
  @TempDir private Path folder;
  private TestServer server;

  /// What a command left behind.
  private record Ran(int status, String out, String err) {}

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Ran run(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--address", server.address()));
    return runAlone(List.of(), all.toArray(String[]::new));
  }

  private static Ran runAlone(List<ToolProvider> tools, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Main(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                tools)
            .run(arguments);
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void createWords() {
    Ran created = run("collection", "create", "words", "--dimension", "2", "--metric", "euclidean");
    assertEquals(0, created.status(), created.err());
  }

  private void importWords() throws IOException {
    Path file = folder.resolve("words.jsonl");
    Files.writeString(
        file,
        """
        {"id": 1, "vector": [0, 0], "payload": {"word": "nil"}}
        {"id": 2, "vector": [3, 4], "payload": {"word": "five"}}
        {"id": "7", "vector": [6, 8]}
        """);
    Ran imported = run("import", file.toString(), "--collection", "words");
    assertEquals(0, imported.status(), imported.err());
    assertTrue(imported.out().startsWith("wrote 3 points to words in "), imported.out());
    assertEquals("", imported.err());
  }

  @Test
  void collectionsAreShownAsAnAlignedTable() {
    createWords();
    run("collection", "create", "a", "--dimension", "384", "--index", "flat");
    assertEquals(
        """
        NAME   DIMENSION  METRIC     INDEX  POINTS  CREATED
        a            384  cosine     flat        0  2026-11-21T00:00:00Z
        words          2  euclidean  hnsw        0  2026-11-21T00:00:00Z
        """,
        run("collection", "list").out());
  }

  @Test
  void collectionsAreShownAsJson() {
    run(
        "collection",
        "create",
        "a",
        "--dimension",
        "384",
        "--m",
        "8",
        "--seed",
        "3",
        "--default-ef",
        "50");
    assertEquals(
        "[{\"name\":\"a\",\"dimension\":384,\"metric\":\"cosine\",\"index\":{\"kind\":\"hnsw\","
            + "\"m\":8,\"seed\":3},\"default_ef\":50,\"created\":\"2026-11-21T00:00:00Z\","
            + "\"points\":0}]\n",
        run("collection", "list", "--json").out());
  }

  @Test
  void theLayoutOfAGraphIsChosenAndShown() {
    String[] create = {
      "collection", "create", "a", "--dimension", "384", "--layout", "fast", "--m", "8"
    };
    Ran created = run(create);
    assertEquals(0, created.status(), created.err());
    assertTrue(created.out().contains("hnsw m=8 layout=fast"), created.out());
    String json = run("collection", "list", "--json").out();
    assertTrue(json.contains("\"index\":{\"kind\":\"hnsw\",\"m\":8,\"layout\":\"fast\"}"), json);
    run("collection", "create", "b", "--dimension", "384", "--layout", "compact");
    assertTrue(run("collection", "list").out().contains("hnsw layout=compact"));
  }

  @Test
  void aLayoutThatCannotBeIsWrongUsage() {
    Ran unknown = run("collection", "create", "a", "--dimension", "4", "--layout", "wide");
    assertEquals(2, unknown.status());
    assertTrue(unknown.err().contains("--layout"), unknown.err());
    assertTrue(unknown.err().contains("'wide'"), unknown.err());
    assertTrue(unknown.err().toLowerCase(Locale.ROOT).contains("compact, fast"), unknown.err());
    Ran flat =
        run(
            "collection",
            "create",
            "a",
            "--dimension",
            "4",
            "--index",
            "flat",
            "--layout",
            "compact");
    assertEquals(2, flat.status());
    assertTrue(flat.err().contains("--layout are options of --index hnsw"), flat.err());
  }

  @Test
  void theCodecOfACollectionIsChosenAndShown() {
    Ran created = run("collection", "create", "a", "--dimension", "384", "--codec", "int8");
    assertEquals(0, created.status(), created.err());
    assertTrue(created.out().contains("hnsw codec=int8"), created.out());
    String json = run("collection", "list", "--json").out();
    assertTrue(json.contains("\"metric\":\"cosine\",\"codec\":\"int8\",\"index\""), json);
    Ran unknown = run("collection", "create", "b", "--dimension", "4", "--codec", "pc");
    assertEquals(2, unknown.status());
    assertTrue(unknown.err().toLowerCase(Locale.ROOT).contains("rabitq, pq"), unknown.err());
    String[] flat = {"collection", "create", "b", "--dimension", "4", "--index", "flat"};
    Ran coded = run(with(flat, "--codec", "rabitq", "--codec-bits", "4"));
    assertEquals(0, coded.status(), coded.err());
    assertTrue(coded.out().contains("flat codec=rabitq codec_bits=4"), coded.out());
    assertTrue(
        run("collection", "list", "--json")
            .out()
            .contains("\"codec\":\"rabitq\",\"codec_bits\":4,"));
  }

  @Test
  void listsAreChosenAndShown() {
    String[] create = {"collection", "create", "a", "--dimension", "2", "--index", "ivf"};
    Ran created = run(with(create, "--lists", "3", "--seed", "7"));
    assertEquals(0, created.status(), created.err());
    assertTrue(created.out().contains("ivf lists=3"), created.out());
    String json = run("collection", "list", "--json").out();
    assertTrue(json.contains("\"index\":{\"kind\":\"ivf\",\"lists\":3,\"seed\":7}"), json);
    String[] search = {"search", "--collection", "a", "--vector", "[3, 4]", "--nprobe"};
    assertEquals(0, run(with(search, "2")).status());
    assertEquals(2, run(with(search, "some")).status());
    assertEquals(2, run(with(create, "--m", "8")).status());
    String[] graph = {"collection", "create", "b", "--dimension", "2", "--lists", "3"};
    Ran refused = run(graph);
    assertEquals(2, refused.status());
    assertTrue(refused.err().contains("--lists and --spill are options of"), refused.err());
    assertEquals(2, run("collection", "create", "b", "--dimension", "2", "--spill").status());
  }

  @Test
  void anotherIndexIsGivenWholeAndACodecAlone() {
    createWords();
    String[] update = {"collection", "update", "words"};
    Ran lists = run(with(update, "--index", "ivf", "--codec", "pq", "--lists", "3"));
    assertEquals(0, lists.status(), lists.err());
    assertTrue(lists.out().contains("ivf lists=3 codec=pq"), lists.out());
    Ran codec = run(with(update, "--codec", "int8"));
    assertTrue(codec.out().contains("ivf lists=3 codec=int8"), codec.out());
    Ran spilled = run(with(update, "--index", "ivf", "--lists", "3", "--spill"));
    assertTrue(spilled.out().contains("ivf lists=3 spill"), spilled.out());
    Ran graph = run(with(update, "--index", "hnsw", "--layout", "fast"));
    assertTrue(graph.out().contains("hnsw layout=fast"), graph.out());
    Ran unnamed = run(with(update, "--m", "8"));
    assertEquals(2, unnamed.status());
    assertTrue(unnamed.err().contains("need --index"), unnamed.err());
    assertEquals(2, run(with(update, "--index", "ivf", "--m", "8")).status());
  }

  @Test
  void prefixesAreChosenShownAndTakenAway() {
    String[] create = {"collection", "create", "words", "--dimension", "384"};
    Ran created = run(with(create, "--prefixes", "32, 64,128", "--basis", "PCA"));
    assertEquals(0, created.status(), created.err());
    assertTrue(created.out().contains("hnsw prefixes=32,64,128 basis=pca"), created.out());
    assertTrue(
        run("collection", "list", "--json")
            .out()
            .contains("\"prefixes\":[32,64,128],\"basis\":\"pca\",\"index\""));
    String[] update = {"collection", "update", "words"};
    Ran other = run(with(update, "--basis", "as-is"));
    assertTrue(other.out().contains("hnsw basis=as-is"), other.out());
    Ran none = run(with(update, "--prefixes", "none"));
    assertEquals(0, none.status(), none.err());
    assertFalse(none.out().contains("prefixes") || none.out().contains("basis"), none.out());
  }

  @Test
  void prefixesThatCannotBeAreWrongUsage() {
    String[] create = {"collection", "create", "a", "--dimension", "384"};
    Ran noNumbers = run(with(create, "--prefixes", "32,wide"));
    assertEquals(2, noNumbers.status());
    assertTrue(
        noNumbers.err().contains("widths such as 32,64,128, or none, got '32,wide'"),
        noNumbers.err());
    Ran basis = run(with(create, "--basis", "random"));
    assertEquals(2, basis.status());
    assertTrue(basis.err().contains("must be as-is or pca, got 'random'"), basis.err());
    Ran ofNone = run(with(create, "--prefixes", "none", "--basis", "pca"));
    assertEquals(2, ofNone.status());
    assertTrue(ofNone.err().contains("--basis is of prefixes"), ofNone.err());
    Ran auto = run(with(create, "--index", "auto", "--prefixes", "32"));
    assertEquals(2, auto.status());
    assertTrue(auto.err().contains("are not for --index auto"), auto.err());
  }

  @Test
  void aSearchSaysAtWhichWidthsToCompare() throws IOException {
    createWords();
    importWords();
    String[] search = {"search", "--collection", "words", "--vector", "[3, 4]"};
    assertEquals(0, run(search).status());
    assertFalse(server.searched().hasAdaptive(), "nothing is said of what was not asked");
    String[] ladder = {"--coarse-dims", "16", "--scan-dims", "32", "--scan-keep", "800"};
    Ran found = run(with(with(search, ladder), "--ladder", "64:200, 128:50"));
    assertEquals(0, found.status(), found.err());
    AdaptiveOptions.Builder asked =
        AdaptiveOptions.newBuilder().setCoarseDims(16).setScanDims(32).setScanKeep(800);
    asked.addLadderBuilder().setDims(64).setKeep(200);
    asked.addLadderBuilder().setDims(128).setKeep(50);
    assertEquals(asked.build(), server.searched().getAdaptive());
    assertEquals(0, run(with(search, "--certified")).status());
    assertEquals(
        AdaptiveOptions.newBuilder().setCertified(true).build(), server.searched().getAdaptive());
    assertEquals(0, run(with(search, "--full-width")).status());
    assertEquals(
        AdaptiveOptions.newBuilder().setFullWidth(true).build(), server.searched().getAdaptive());
    assertEquals(0, run(with(search, "--max-products", "300000", "--max-us", "250")).status());
    assertEquals(
        AdaptiveOptions.newBuilder().setMaxProducts(300_000).setMaxUs(250).build(),
        server.searched().getAdaptive());
    for (String wrong : List.of("64", "64:", ":200", "64:200,", "64:200;128:50", "-64:200")) {
      Ran refused = run(with(search, "--ladder", wrong));
      assertEquals(2, refused.status(), wrong);
      assertTrue(refused.err().contains("such as 64:200,128:50, got '" + wrong), refused.err());
    }
  }

  @Test
  void aSearchThatIsExplainedShowsWhatEveryStageDid() throws IOException {
    createWords();
    importWords();
    String[] search = {"search", "--collection", "words", "--vector", "[3, 4]", "--explain"};
    String shown = run(search).out();
    assertEquals(
        """
        STAGE  SEGMENT  WIDTH   IN  OUT  DISTANCES  NODES  PRODUCTS  BYTES  US
        probe        7      -    -   10        350      5      9600      0   0
        scan         7     32  300   50          0      0      9600  38400   0
        """,
        shown.substring(shown.indexOf("STAGE")));
    assertTrue(
        run(with(search, "--json"))
            .out()
            .contains(
                "{\"stage\":\"scan\",\"segment\":7,\"width\":32,\"candidates_in\":300,"
                    + "\"distance_computations\":0,\"nodes_visited\":0,\"bytes_scanned\":38400,"
                    + "\"multiply_adds\":9600,\"candidates\":50,\"time_us\":0}"));
  }

  @Test
  void aSegmentThatIsScannedUntilCertainIsDescribedSo() {
    createWords();
    String shown = run("collection", "describe", "words").out();
    assertEquals(
        """
        SEGMENT  STATE   POINTS  DEAD  UNLINKED  SIZE  RESCORE
              7  sealed       0     0         0   0 B  -
              8  sealed       0     0         0   0 B  certified
        """,
        shown.substring(shown.indexOf("SEGMENT  STATE"), shown.indexOf("certified") + 10));
    String json = run("collection", "describe", "words", "--json").out();
    assertTrue(json.contains("\"outdated\":false,\"certified\":true,\"rescore_factor\":2.0"), json);
  }

  @Test
  void whatWasMeasuredOfWidthsIsDescribed() {
    createWords();
    String shown = run("collection", "describe", "words").out();
    assertEquals(
        """
        SEGMENT  RECALL  NPROBE  PATIENCE  COARSE  LADDER        PRODUCTS
              7     0.9       9         4      16  32:120,64:40    12,345
              7    0.99      30        12       -  full width      98,765
        """,
        shown.substring(shown.indexOf("SEGMENT  RECALL")));
    String json = run("collection", "describe", "words", "--json").out();
    assertTrue(
        json.contains(
            "{\"recall\":0.9,\"nprobe\":9,\"patience\":4,\"rescore_factor\":1.5,"
                + "\"coarse_dims\":16,\"ladder\":[{\"dims\":32,\"keep\":120},"
                + "{\"dims\":64,\"keep\":40}],\"multiply_adds\":12345.0}"),
        json);
    assertTrue(json.contains("\"full_width\":true,\"multiply_adds\":98765.0}"), json);
  }

  @Test
  void aSearchSaysHowManyCandidatesToScoreByTheirVectors() throws IOException {
    createWords();
    importWords();
    String[] search = {"search", "--collection", "words", "--vector", "[3, 4]", "--rescore"};
    assertEquals(0, run(with(search, "20")).status());
    assertEquals(2, run(with(search, "some")).status());
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void aSearchPrintsItsHitsInOrder() throws IOException {
    createWords();
    importWords();
    assertEquals(
        """
        RANK  ID      EUCLIDEAN  PAYLOAD
           1  2        0.000000  {"word": "five"}
           2  1       -5.000000  {"word": "nil"}
           3  text:7  -5.000000
        """,
        run("search", "--collection", "words", "--vector", "[3, 4]").out());
    assertEquals(
        "{\"metric\":\"euclidean\",\"lsn\":1,\"hits\":[{\"id\":1,\"score\":-5.0,\"version\":1,"
            + "\"payload\":{\"word\": \"nil\"}}]}\n",
        run("search", "-c", "words", "--id", "2", "--limit", "1", "--json").out());
  }

  @Test
  void aSearchIsFilteredByAllItsTermsAndByIds() throws IOException {
    createWords();
    importWords();
    String[] search = {"search", "-c", "words", "--id", "2"};
    assertEquals(0, run(search).status());
    assertEquals(Filter.getDefaultInstance(), server.lastFilter());
    assertEquals(0, run(with(search, "--where", "word=five")).status());
    assertEquals("word", server.lastFilter().getMatch().getField());
    assertEquals(0, run(with(search, "--ids", "1,text:7,2")).status());
    assertEquals(3, server.lastFilter().getIds().getMixed().getValuesCount());
    assertEquals(
        0, run(with(search, "--where", "a.b>=1", "--where", "a.b<2", "--ids", "1")).status());
    List<Filter> all = server.lastFilter().getAll().getFiltersList();
    assertEquals(1, all.get(0).getRange().getGreaterOrEqual().getInteger());
    assertEquals(2, all.get(1).getRange().getLess().getInteger());
    assertEquals(List.of(1L), all.get(2).getIds().getNumbers().getValuesList());
  }

  @Test
  void aFilterThatCannotBeReadIsWrongUsageAndIsExplained() {
    String[] search = {"search", "-c", "words", "--id", "2"};
    Ran noTerm = run(with(search, "--where", "word"));
    assertEquals(2, noTerm.status());
    assertTrue(noTerm.err().contains("FIELD=VALUE"), noTerm.err());
    assertTrue(noTerm.err().contains("got 'word'"), noTerm.err());
    Ran noId = run(with(search, "--ids", "1,,2"));
    assertEquals(2, noId.status());
    assertTrue(noId.err().contains("--ids must be ids with commas between them"), noId.err());
  }

  @Test
  void aSearchTakesItsQueryFromAFile() throws IOException {
    createWords();
    importWords();
    Path file = folder.resolve("words.jsonl");
    Ran found =
        run(
            "search",
            "-c",
            "words",
            "--vector-file",
            file.toString(),
            "--row",
            "2",
            "--limit",
            "1");
    assertTrue(found.out().contains("text:7"), found.out());
    Ran beyond = run("search", "-c", "words", "--vector-file", file.toString(), "--row", "9");
    assertEquals(2, beyond.status());
    assertEquals("kith: %s has no row 9: it has 3\n".formatted(file), beyond.err());
  }

  @Test
  void pointsAreReadCountedAndDeleted() throws IOException {
    createWords();
    importWords();
    assertEquals("3\n", run("count", "-c", "words").out());
    assertEquals(
        """
        ID      VERSION  PAYLOAD           VECTOR
        2             1  {"word": "five"}  [3.0,4.0]
        text:7        1                    [6.0,8.0]
        """,
        run("get", "-c", "words", "2", "text:7").out());
    Ran missing = run("get", "-c", "words", "2", "99", "--json");
    assertEquals(1, missing.status());
    assertEquals("kith: no point 99 in words\n", missing.err());
    assertEquals("deleted 1 of 2 points\n", run("delete", "-c", "words", "2", "99").out());
    assertEquals("{\"points\":2}\n", run("count", "-c", "words", "--json").out());
  }

  @Test
  void whatIsExportedImportsAsTheSame() throws IOException {
    createWords();
    importWords();
    String exported = run("export", "-c", "words").out();
    assertEquals(
        """
        {"id":1,"vector":[0.0,0.0],"payload":{"word": "nil"}}
        {"id":2,"vector":[3.0,4.0],"payload":{"word": "five"}}
        {"id":"7","vector":[6.0,8.0]}
        """,
        exported);
    Path file = folder.resolve("again.jsonl");
    assertEquals(
        "wrote 3 points to %s\n".formatted(file),
        run("export", "-c", "words", "--output", file.toString()).out());
    run("import", file.toString(), "-c", "copy", "--create", "--metric", "euclidean");
    assertEquals(exported, run("export", "-c", "copy").out());
  }

  @Test
  void rowsWithoutIdsAreNumberedFromTheOffsetOverAllFiles() throws IOException {
    Path first = folder.resolve("first.jsonl");
    Path second = folder.resolve("second.jsonl");
    Files.writeString(first, "{\"vector\": [1, 1]}\n{\"vector\": [2, 2]}\n");
    Files.writeString(second, "{\"vector\": [3, 3]}\n");
    run("import", first.toString(), second.toString(), "-c", "w", "--create", "--id-offset", "10");
    assertEquals(
        """
        {"id":10,"vector":[1.0,1.0]}
        {"id":11,"vector":[2.0,2.0]}
        {"id":12,"vector":[3.0,3.0]}
        """,
        run("export", "-c", "w").out());
  }

  @Test
  void anOptimizationOfListsSpeaksOfNoLinks() {
    assertEquals(
        "optimized listed in 2.0 s, the server's memory at most 3.0 MiB",
        run("collection", "optimize", "listed").out().lines().findFirst().orElseThrow());
  }

  @Test
  void anOperatorOptimizesAndVerifies() {
    createWords();
    assertEquals(
        """
        optimized words in 2.0 s: 10 points linked (5 a second), the server's memory at most 3.0 MiB
        recall@10 0.9750 at ef 100, on 4 of its own points
        """,
        run("collection", "optimize", "words").out());
    assertEquals(
        "{\"name\":\"words\",\"seconds\":2.0,\"linked_points\":10,\"points_per_second\":5.0,"
            + "\"peak_resident_bytes\":3145728,\"recall_at_10\":0.975,\"recall_queries\":4,"
            + "\"recall_ef\":100}\n",
        run("collection", "optimize", "words", "--json").out());
    Ran verified = run("collection", "verify", "words");
    assertEquals(0, verified.status());
    assertEquals("words: 0 points checked, 0 violations\n", verified.out());
    server.violate("row 3 has two ids");
    Ran violated = run("collection", "verify", "words", "--json");
    assertEquals(1, violated.status());
    assertEquals(
        "{\"name\":\"words\",\"sound\":false,\"points\":0,"
            + "\"violations\":[\"row 3 has two ids\"]}\n",
        violated.out());
  }

  @Test
  void anOptimizationIsLeftToItselfOrStopped() {
    createWords();
    assertEquals(
        "the server optimizes words; `kith collection optimize words` attaches to it,"
            + " with --cancel it stops\n",
        run("collection", "optimize", "words", "--detach").out());
    assertEquals(
        "cancelled the optimization of words\n",
        run("collection", "optimize", "words", "--cancel").out());
    assertEquals(
        "{\"name\":\"words\",\"was_running\":false}\n",
        run("collection", "optimize", "words", "--cancel", "--json").out());
    Ran stopped = run("collection", "optimize", "words");
    assertEquals(1, stopped.status());
    assertEquals(
        "kith: the optimization of words was cancelled; the next one goes on where it stopped\n",
        stopped.err());
    Ran both = run("collection", "optimize", "words", "--cancel", "--detach");
    assertEquals(2, both.status());
    assertTrue(both.err().contains("give one"), both.err());
  }

  @Test
  void theSpeedOfAnOptimizationIsTheServersOwn() {
    assertEquals("", OptimizeCommand.speed(progress(0, OptionalDouble.empty())));
    assertEquals("1,235/s", OptimizeCommand.speed(progress(1234.6, OptionalDouble.empty())));
    assertEquals("5/s, 3s left", OptimizeCommand.speed(progress(5, OptionalDouble.of(2.1))));
    assertEquals("5/s, 1m05s left", OptimizeCommand.speed(progress(5, OptionalDouble.of(65))));
    assertEquals("5/s, 2h01m left", OptimizeCommand.speed(progress(5, OptionalDouble.of(7261))));
  }

  private static OptimizeProgress progress(double perSecond, OptionalDouble remaining) {
    return new OptimizeProgress(OptimizeProgress.Phase.LINKING, 1, 2, perSecond, remaining);
  }

  @Test
  void anIndexFolderIsAttached() {
    Ran attached = run("collection", "attach", "words", "--from", "made", "--json");
    assertEquals(0, attached.status(), attached.err());
    assertTrue(attached.out().contains("\"name\":\"words\""), attached.out());
    assertTrue(attached.out().contains("\"points\":3"), attached.out());
    Ran missing = run("collection", "attach", "words", "--from", "nowhere");
    assertEquals(1, missing.status());
    assertEquals("kith: there is no nowhere\n", missing.err());
    assertEquals(2, run("collection", "attach", "words").status());
  }

  @Test
  void indexingIsDeferredOnRequestAndSaidSo() {
    Ran created = run("collection", "create", "a", "--dimension", "4", "--defer-index");
    assertTrue(created.out().contains(", deferred"), created.out());
    String json = run("collection", "list", "--json").out();
    assertTrue(json.contains("\"defer_indexing\":true"), json);
    run("collection", "create", "b", "--dimension", "4");
    assertFalse(run("collection", "list", "--json").out().contains("\"defer_indexing\":false"));
    Ran nothing = run("collection", "update", "a");
    assertEquals(2, nothing.status());
    assertTrue(nothing.err().contains("--defer-index"), nothing.err());
  }

  @Test
  void aFailureIsOneSentenceAndItsOriginIsShownOnRequest() {
    Ran missing = run("count", "-c", "nowhere");
    assertEquals(1, missing.status());
    assertEquals("kith: there is no collection nowhere\n", missing.err());
    assertEquals("", missing.out());
    String verbose = run("count", "-c", "nowhere", "--verbose").err();
    assertTrue(verbose.contains("    at dev.kith.client"), verbose);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    createWords();
    Path file = folder.resolve("none.npy");
    Ran ran = run("import", file.toString(), "-c", "words");
    assertEquals(1, ran.status());
    assertEquals("kith: no such file: %s\n".formatted(file), ran.err());
  }

  @Test
  void wrongUsageHasItsOwnStatusAndPointsToTheHelp() {
    Ran unknown = run("search", "-c", "words", "--vector", "[1]", "--limt", "3");
    assertEquals(2, unknown.status());
    assertTrue(unknown.err().startsWith("kith: Unknown option"), unknown.err());
    assertTrue(unknown.err().endsWith("Try 'kith search --help'.\n"), unknown.err());
    assertEquals(2, run("search", "-c", "words", "--vector", "nonsense").status());
    assertEquals(2, run("search", "-c", "words", "--vector", "[1]", "--id", "3").status());
    assertEquals(2, run("collection", "update", "words").status());
    assertEquals(2, runAlone(List.of()).status());
    assertEquals(2, runAlone(List.of(), "collection").status());
    assertEquals(2, runAlone(List.of(), "count", "-c", "w", "--address", "no:port").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "collection create",
        "collection list",
        "collection describe",
        "collection update",
        "collection delete",
        "collection attach",
        "collection optimize",
        "collection verify",
        "import",
        "search",
        "classify",
        "mixture",
        "relevance judge",
        "relevance train",
        "relevance evaluate",
        "relevance apply",
        "relevance list",
        "relevance show",
        "relevance default",
        "relevance delete",
        "get",
        "delete",
        "count",
        "export"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    String[] words = (command + " --help").split(" ");
    Ran help = runAlone(List.of(), words);
    assertEquals(0, help.status(), help.err());
    assertTrue(help.out().contains("Usage: kith " + command), help.out());
    assertTrue(help.out().contains("Example"), help.out());
    assertTrue(help.out().contains("  kith " + command), help.out());
    assertTrue(help.out().contains("--json"), help.out());
  }

  @Test
  void toolsOfOtherModulesAreCommandsAndTakeTheirArgumentsAsTheyAre() {
    List<String> taken = new ArrayList<>();
    ToolProvider serve =
        new ToolProvider() {
          @Override
          public String name() {
            return "kith-serve";
          }

          @Override
          public Optional<String> description() {
            return Optional.of("Run a server.");
          }

          @Override
          public int run(PrintWriter out, PrintWriter err, String... arguments) {
            taken.addAll(List.of(arguments));
            out.println("serving");
            return 7;
          }
        };
    Ran ran = runAlone(List.of(serve), "serve", "--help", "-x", "count");
    assertEquals(7, ran.status());
    assertEquals("serving\n", ran.out());
    assertEquals(List.of("--help", "-x", "count"), taken);
    String help = runAlone(List.of(serve), "--help").out();
    assertTrue(help.contains("serve"), help);
    assertTrue(help.contains("Run a server."), help);
    taken.clear();
    runAlone(List.of(serve), "help", "serve");
    assertEquals(List.of("--help"), taken);
    assertFalse(runAlone(List.of(), "--help").out().contains("Run a server."));
  }
}
