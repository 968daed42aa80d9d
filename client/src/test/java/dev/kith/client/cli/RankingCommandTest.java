package dev.kith.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.TestServer;
import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.ClassifyOptions;
import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FusionMethod;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.MarginalRelevance;
import dev.kith.proto.v1.MixtureAllocation;
import dev.kith.proto.v1.NearDuplicates;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchScore;
import dev.kith.proto.v1.SoftNms;
import dev.kith.proto.v1.SoftmaxOptions;
import dev.kith.proto.v1.SoftmaxScope;
import dev.kith.proto.v1.Temperature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RankingCommandTest {
  private static final String[] SEARCH = {"search", "-c", "c", "--vector", "[3, 4]"};
  private static final String[] CLASSIFY = {"classify", "-c", "c", "--field", "kind", "--id", "2"};
  private static final String[] MIXTURE = {"mixture", "-c", "c"};

  @TempDir private Path folder;
  private TestServer server;

  /// What a command left behind.
  private record Ran(int status, String out, String err) {}

  @BeforeEach
  void fillACollection() throws IOException {
    server = TestServer.start();
    run(new String[0], "collection", "create", "c", "--dimension", "2");
    Path points = folder.resolve("points.jsonl");
    Files.writeString(
        points,
        """
        {"id": 1, "vector": [0, 0], "payload": {"word": "nil"}}
        {"id": 2, "vector": [3, 4], "payload": {"word": "five"}}
        """);
    assertEquals(0, run(new String[0], "import", points.toString(), "--collection", "c").status());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Ran run(String[] command, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(command));
    all.addAll(List.of(more));
    all.addAll(List.of("--address", server.address()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Main(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                List.of())
            .run(all.toArray(String[]::new));
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Ran succeed(String[] command, String... more) {
    Ran ran = run(command, more);
    assertEquals(0, ran.status(), ran.err());
    return ran;
  }

  private static Temperature.Builder temperature() {
    return Temperature.newBuilder();
  }

  @Test
  void aSearchAsksForNoStageThatNobodyNamed() {
    succeed(SEARCH);
    assertFalse(server.searched().hasSoftmax());
    assertFalse(server.searched().hasFusion());
    assertFalse(server.searched().hasDiversity());
  }

  @Test
  void aSearchTellsSharesWhenAsked() {
    Ran ran = succeed(SEARCH, "--softmax");
    assertEquals(
        """
        RANK  ID  EUCLIDEAN   SHARE  PAYLOAD
           1   2   0.000000  0.5000  {"word": "five"}
           2   1  -5.000000  0.5000  {"word": "nil"}
        shares of 50 points at temperature 0.5000: log-sum-exp 2.2500, perplexity 8.00, effective number 4.00
        """,
        ran.out());
    assertEquals(
        SoftmaxOptions.newBuilder()
            .setTemperature(temperature())
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_RETURNED)
            .build(),
        server.searched().getSoftmax());
    String json = succeed(SEARCH, "--softmax", "--json").out();
    assertTrue(json.contains("\"score\":0.0,\"version\":1,\"probability\":0.5,"), json);
    assertTrue(
        json.contains(
            "\"softmax\":{\"temperature\":0.5,\"log_sum_exp\":2.25,\"effective\":4.0,"
                + "\"points\":50,\"perplexity\":8.0}"),
        json);
  }

  @Test
  void aSearchSaysAmongWhatAndAtWhichTemperatureSharesAre() {
    succeed(
        SEARCH,
        "--softmax",
        "--scope",
        "collection",
        "--sample",
        "5000",
        "--candidates",
        "300",
        "--perplexity",
        "20");
    assertEquals(
        SoftmaxOptions.newBuilder()
            .setTemperature(temperature().setTargetPerplexity(20))
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION)
            .setCandidates(300)
            .setSample(5000)
            .build(),
        server.searched().getSoftmax());
    succeed(SEARCH, "--softmax", "--scope", "candidates", "--temperature", "0.1");
    assertEquals(0.1, server.searched().getSoftmax().getTemperature().getValue());
    assertEquals(SoftmaxScope.SOFTMAX_SCOPE_CANDIDATES, server.searched().getSoftmax().getScope());
    succeed(SEARCH, "--softmax", "--rho", "1.5");
    assertEquals(1.5, server.searched().getSoftmax().getTemperature().getRho());
    assertFalse(server.searched().getSoftmax().getOfRelevance());
    succeed(SEARCH, "--softmax", "--relevance", "--of-relevance");
    assertTrue(server.searched().getSoftmax().getOfRelevance());
  }

  @Test
  void aSearchIsOrderedBySignalsCombined() throws IOException {
    Path given = folder.resolve("given.json");
    Files.writeString(given, "{\"17\": 0.5, \"word\": -2}");
    Ran ran =
        succeed(
            SEARCH,
            "--fuse",
            "score,perplexity=20",
            "--fuse",
            "field:a.b,weight=0.5,lower",
            "--fuse",
            "vector:[1, 2.5], weight=2, temperature=0.1",
            "--fuse",
            "given:" + given,
            "--candidates",
            "250");
    FusionOptions.Builder expected =
        FusionOptions.newBuilder().setMethod(FusionMethod.FUSION_METHOD_MIXTURE).setCandidates(250);
    expected
        .addSignalsBuilder()
        .setWeight(1)
        .setScore(SearchScore.getDefaultInstance())
        .setTemperature(temperature().setTargetPerplexity(20));
    expected.addSignalsBuilder().setWeight(0.5).setField("a.b").setLowerIsBetter(true);
    FusionOptions asked = server.searched().getFusion();
    assertEquals(expected.getSignals(0), asked.getSignals(0));
    assertEquals(expected.getSignals(1), asked.getSignals(1));
    assertEquals(8, asked.getSignals(2).getVector().getData().size());
    assertEquals(2, asked.getSignals(2).getWeight());
    assertEquals(0.1, asked.getSignals(2).getTemperature().getValue());
    assertEquals(2, asked.getSignals(3).getGiven().getIds().getMixed().getValuesCount());
    assertEquals(List.of(0.5, -2.0), asked.getSignals(3).getGiven().getScoresList());
    assertEquals(250, asked.getCandidates());
    assertEquals(
        """
        RANK  ID  EUCLIDEAN  RANK SCORE  PAYLOAD
           1   2   0.000000   -0.500000  {"word": "five"}
           2   1  -5.000000   -1.500000  {"word": "nil"}
        ordered by the logarithm of a probability among the candidates
        """,
        ran.out());
    String json = succeed(SEARCH, "--fuse", "score", "--json").out();
    assertTrue(json.contains("\"rank_scale\":\"log_mixture\""), json);
    assertTrue(json.contains("\"rank_score\":-0.5"), json);
  }

  @Test
  void signalsAreCombinedByTheirRanksWithAConstant() {
    succeed(SEARCH, "--fuse", "score", "--fuse", "field:kg", "--rrf");
    FusionOptions asked = server.searched().getFusion();
    assertEquals(FusionMethod.FUSION_METHOD_RECIPROCAL_RANK, asked.getMethod());
    assertEquals(60, asked.getRankConstant());
    assertFalse(asked.getSignals(0).hasTemperature());
    succeed(SEARCH, "--fuse", "score", "--rrf", "10");
    assertEquals(10, server.searched().getFusion().getRankConstant());
  }

  @Test
  void aSearchAsksForDiverseHits() {
    succeed(SEARCH, "--mmr");
    assertEquals(marginal(0.5).build(), server.searched().getDiversity());
    succeed(SEARCH, "--mmr", "0.25", "--candidates", "64");
    assertEquals(marginal(0.25).setCandidates(64).build(), server.searched().getDiversity());
    succeed(SEARCH, "--soft-nms", "0.1", "--rho", "2");
    assertEquals(
        DiversityOptions.newBuilder()
            .setSoftNms(SoftNms.newBuilder().setSigma(0.1).setTemperature(temperature().setRho(2)))
            .build(),
        server.searched().getDiversity());
    assertFalse(server.searched().hasSoftmax(), "shares that decay are not shares to tell");
    succeed(SEARCH, "--soft-nms-above", "0.75");
    assertEquals(0.75, server.searched().getDiversity().getSoftNms().getThreshold());
    Ran grouped = succeed(SEARCH, "--group", "-0.5");
    assertEquals(
        DiversityOptions.newBuilder()
            .setNearDuplicates(NearDuplicates.newBuilder().setMinScore(-0.5f))
            .build(),
        server.searched().getDiversity());
    assertEquals(
        """
        RANK  ID  EUCLIDEAN  LIKE IT  PAYLOAD
           1   2   0.000000       99  {"word": "five"}
           2   1  -5.000000           {"word": "nil"}
        """,
        grouped.out());
    String json = succeed(SEARCH, "--group", "-0.5", "--json").out();
    assertTrue(json.contains("\"duplicates\":[99]"), json);
  }

  private static DiversityOptions.Builder marginal(double weight) {
    return DiversityOptions.newBuilder()
        .setMarginalRelevance(MarginalRelevance.newBuilder().setDiversity(weight));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--softmax --temperature 1 --rho 1 | give one",
        "--temperature 1 | give --softmax or --soft-nms too",
        "--scope collection | give --softmax too",
        "--softmax --scope all | must be returned, candidates or collection, got 'all'",
        "--of-relevance | give --softmax too",
        "--softmax --of-relevance | give --relevance too",
        "--softmax --sample 500 | give --scope collection too",
        "--softmax --candidates 9 | give one of them too",
        "--rrf | such as --fuse score",
        "--mmr --group 0.9 | give one",
        "--soft-nms --soft-nms-above 0.1 | give one",
        "--fuse score:x | must be score, field:PATH",
        "--fuse field | must be score, field:PATH",
        "--fuse price | must be score, field:PATH",
        "--fuse SCORE | must be score, field:PATH",
        "--fuse score,wieght=2 | has no setting 'wieght', but lower, perplexity",
        "--fuse score,weight=much | must set weight to a number",
        "--fuse score,weight=1,weight=2 | must set weight once",
        "--fuse score,weight | must set weight to a number",
        "--fuse field:a,lower=yes | lower takes no value",
        "--fuse score,rho=1,temperature=2 | give one",
        "--fuse vector:[1,x] | JSON array of numbers, got '[1,x]'"
      })
  void whatCannotBeAskedOfASearchIsWrongUsageAndIsExplained(String options, String why) {
    Ran ran = run(SEARCH, options.split(" "));
    assertEquals(2, ran.status(), ran.err());
    assertTrue(ran.err().contains(why), ran.err());
  }

  @Test
  void scoresThatAreGivenMustBeAnObjectOfNumbers() throws IOException {
    for (String wrong : List.of("[1, 2]", "{\"1\": \"x\"}", "7", "{\"1\": 2")) {
      Path file = Files.writeString(folder.resolve("given.json"), wrong);
      Ran ran = run(SEARCH, "--fuse", "given:" + file);
      assertEquals(2, ran.status(), wrong);
      assertTrue(ran.err().contains("given.json must be "), ran.err());
    }
    assertEquals(1, run(SEARCH, "--fuse", "given:nowhere.json").status());
  }

  @Test
  void aClassIsToldByNeighbours() {
    assertEquals(
        """
        RANK  CLASS   SHARE
           1  1      0.7500
           2  2.5    0.1250
           3  five   0.0625
           4  true   0.0625
        3 classes by 48 neighbours; 2 more have no kind
        abstained: no class is as likely as 0.8
        mean 1.2500, standard deviation 0.5000
        shares of 50 points at temperature 0.5000: log-sum-exp 2.2500, perplexity 8.00, effective number 4.00
        """,
        succeed(CLASSIFY, "--min-confidence", "0.8").out());
    assertEquals(2, server.rank().classified().getPoint().getNumber());
    assertEquals(
        "{\"metric\":\"dot\",\"lsn\":9,\"classes\":[{\"value\":1,\"probability\":0.75},"
            + "{\"value\":2.5,\"probability\":0.125},{\"value\":\"five\",\"probability\":0.0625},"
            + "{\"value\":true,\"probability\":0.0625}],\"abstained\":true,\"distinct\":3,"
            + "\"neighbors\":48,\"without_value\":2,\"mean\":1.25,\"deviation\":0.5,"
            + "\"softmax\":{\"temperature\":0.5,\"log_sum_exp\":2.25,\"effective\":4.0,"
            + "\"points\":50,\"perplexity\":8.0}}\n",
        succeed(CLASSIFY, "--json").out());
  }

  @Test
  void howToClassifyIsSaidByOptions() {
    succeed(
        new String[] {"classify", "-c", "c", "--field", "kind", "--vector", "[1, 2]"},
        "--neighbors",
        "200",
        "--temperature",
        "0.1",
        "--prior",
        "{\"bird\": 0.25, \"5\": 0.75, \"\\\"6\\\"\": 1}",
        "--weight",
        "0.7",
        "--min-confidence",
        "0.5",
        "--limit",
        "3",
        "--where",
        "kg>1",
        "--ef",
        "90");
    ClassifyOptions asked = server.rank().classified().getOptions();
    assertEquals(8, server.rank().classified().getVector().getData().size());
    assertEquals(200, asked.getNeighbors());
    assertEquals(0.1, asked.getTemperature().getValue());
    assertEquals("bird", asked.getPrior(0).getValue().getText());
    assertEquals(0.25, asked.getPrior(0).getProbability());
    assertEquals(5, asked.getPrior(1).getValue().getInteger());
    assertEquals("6", asked.getPrior(2).getValue().getText());
    assertEquals(0.7, asked.getNeighborsWeight());
    assertEquals(0.5, asked.getMinConfidence());
    assertEquals(3, asked.getMaxClasses());
    assertEquals(90, asked.getSearch().getEf());
    assertTrue(asked.getSearch().getFilter().hasRange());
  }

  @Test
  void aPriorMayBeInAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("prior.json"), "{\"true\": 1}");
    succeed(CLASSIFY, "--prior-file", file.toString());
    assertTrue(server.rank().classified().getOptions().getPrior(0).getValue().getFlag());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--weight 0.5 | give --prior",
        "--prior {} | such as {\"bird\": 0.3}",
        "--prior [1] | such as {\"bird\": 0.3}",
        "--prior {\"a\":\"b\"} | a number for each class",
        "--prior {a | --prior must be JSON",
        "--prior {\"1e999\":1} | or a number up to 1.79",
        "--prior {\"a\":1} --prior-file x | give one",
        "--temperature 1 --perplexity 2 | give one"
      })
  void whatCannotBeAskedOfAClassIsWrongUsageAndIsExplained(String options, String why) {
    Ran ran = run(CLASSIFY, options.split(" "));
    assertEquals(2, ran.status(), ran.err());
    assertTrue(ran.err().contains(why), ran.err());
  }

  @Test
  void aMixtureIsMadeOfPointsAndSearchedFor() {
    Ran ran = succeed(MIXTURE, "--of", "1,2,2", "--of", "99", "--limit", "4");
    assertEquals(
        """
        COMPONENT  NEAR      WEIGHT  ALLOCATED  HITS
                0  2 points  0.2500          1     1
                1  1 point   0.7500          1     1

        RANK  ID       DOT  COMPONENT  PAYLOAD
           1   7  2.000000          1
           2   8  1.000000          0
        """,
        ran.out());
    assertEquals("kith: no point 99 in c\n", ran.err());
    assertEquals(
        List.of(1L, 2L, 2L, 99L), server.rank().built().getIds().getNumbers().getValuesList());
    SearchMixtureRequest asked = server.rank().mixed();
    assertEquals(4, asked.getOptions().getLimit());
    assertEquals(MixtureAllocation.MIXTURE_ALLOCATION_PROPORTIONAL, asked.getAllocation());
    assertTrue(asked.getDedupe());
    assertEquals(List.of(0.75, 0.25), weights(asked));
    assertEquals(
        server.rank().built().getIds(),
        asked.getOptions().getFilter().getNegation().getIds(),
        "what somebody liked is not news");
  }

  @Test
  void theFilterOfAMixtureHoldsBesidesThatOfItsPoints() {
    succeed(MIXTURE, "--of", "1,2", "--where", "kg>1");
    List<Filter> all = server.rank().mixed().getOptions().getFilter().getAll().getFiltersList();
    assertEquals("kg", all.get(0).getRange().getField());
    assertEquals(List.of(1L, 2L), all.get(1).getNegation().getIds().getNumbers().getValuesList());
    succeed(MIXTURE, "--of", "1,2", "--where", "kg>1", "--keep-given");
    assertTrue(server.rank().mixed().getOptions().getFilter().hasRange());
    succeed(MIXTURE, "--of", "1,2", "--keep-given");
    assertFalse(server.rank().mixed().getOptions().hasFilter());
  }

  @Test
  void aMixtureOfNoPointThatExistsIsAFailureThatNamesThem() {
    server.rank().findNothingToMix();
    Ran ran = run(MIXTURE, "--of", "99");
    assertEquals(1, ran.status());
    assertEquals("kith: no point 99 in c\nkith: no point to make components of\n", ran.err());
    assertEquals("", ran.out());
  }

  private static List<Double> weights(SearchMixtureRequest asked) {
    return asked.getComponentsList().stream().map(component -> component.getWeight()).toList();
  }

  @Test
  void howAMixtureIsMadeIsSaidByOptions() {
    succeed(
        MIXTURE,
        "--of",
        "1",
        "--max-components",
        "3",
        "--smoothing",
        "1",
        "--neighbors",
        "5",
        "--allocation",
        "largest-remainder",
        "--keep-duplicates",
        "--softmax",
        "--rho",
        "1");
    BuildMixtureRequest built = server.rank().built();
    assertEquals(3, built.getMaxComponents());
    assertEquals(1, built.getSmoothing());
    assertEquals(5, built.getNeighbors());
    SearchMixtureRequest asked = server.rank().mixed();
    assertEquals(MixtureAllocation.MIXTURE_ALLOCATION_LARGEST_REMAINDER, asked.getAllocation());
    assertFalse(asked.getDedupe());
    assertEquals(1, asked.getOptions().getSoftmax().getTemperature().getRho());
  }

  @Test
  void theComponentsOfAMixtureMayBeGiven() {
    Ran ran =
        succeed(
            MIXTURE,
            "--component",
            "id:text:7,weight=2",
            "--component",
            "vector:[1, 2],weight=0.5",
            "--component",
            "vector:[3,4]");
    SearchMixtureRequest asked = server.rank().mixed();
    assertEquals("7", asked.getComponents(0).getPoint().getText());
    assertEquals(8, asked.getComponents(1).getVector().getData().size());
    assertEquals(List.of(2.0, 0.5, 1.0), weights(asked));
    assertEquals(BuildMixtureRequest.getDefaultInstance(), server.rank().built());
    assertTrue(ran.out().contains("0  text:7    0.2500"), ran.out());
    assertTrue(ran.out().contains("1  a vector  0.7500"), ran.out());
  }

  @Test
  void aMixtureIsToldWholeInJson() {
    assertEquals(
        "{\"metric\":\"dot\",\"lsn\":9,\"hits\":["
            + "{\"id\":7,\"score\":2.0,\"version\":0,\"probability\":0.75,\"component\":1},"
            + "{\"id\":8,\"score\":1.0,\"version\":0,\"probability\":0.25,\"component\":0}],"
            + "\"components\":[{\"vector\":[3.0,4.0],\"weight\":0.25,\"allocated\":1,\"hits\":1,"
            + "\"members\":2,\"softmax\":SHARES},{\"vector\":[0.0,1.0],\"weight\":0.75,"
            + "\"allocated\":1,\"hits\":1,\"members\":1,\"softmax\":SHARES}],\"cells\":5,"
            + "\"missing\":[99]}\n",
        succeed(MIXTURE, "--of", "1,2", "--softmax", "--json")
            .out()
            .replace(
                "{\"temperature\":0.5,\"log_sum_exp\":2.25,\"effective\":4.0,\"points\":50,"
                    + "\"perplexity\":8.0}",
                "SHARES"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--of 1 --component id:2 | mutually exclusive",
        "--limit 3 | --of",
        "--of 1,,2 | --of must name points",
        "--component id:2 --smoothing 1 | are of --of",
        "--component id:2 --keep-given | are of --of",
        "--component 2 | must be id:ID or vector:JSON",
        "--component like:2 | must be id:ID or vector:JSON",
        "--component id:2,weight=x | must set weight to a number",
        "--component id:2,height=3 | has no setting 'height', but weight",
        "--of 1 --allocation fair | must be proportional or largest-remainder, got 'fair'",
        "--of 1 --rho 1 | give --softmax too",
        "--of 1 --scope returned | give --softmax too"
      })
  void whatCannotBeAskedOfAMixtureIsWrongUsageAndIsExplained(String options, String why) {
    Ran ran = run(MIXTURE, options.split(" "));
    assertEquals(2, ran.status(), ran.err());
    assertTrue(ran.err().contains(why), ran.err());
  }
}
