package dev.kith.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.TestServer;
import dev.kith.proto.v1.AdapterForm;
import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.ModelKind;
import dev.kith.proto.v1.OnEmpty;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.TrainingSpec;
import dev.kith.proto.v1.Unjudged;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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

final class RelevanceCommandTest {
  @TempDir private Path folder;
  private TestServer server;

  /// What a command left behind.
  private record Ran(int status, String out, String err) {}

  @BeforeEach
  void fillACollection() throws IOException {
    server = TestServer.start();
    assertEquals(0, run("collection", "create", "c", "--dimension", "2").status());
    Path points = folder.resolve("points.jsonl");
    Files.writeString(
        points,
        """
        {"id": 1, "vector": [0, 0], "payload": {"word": "nil"}}
        {"id": 2, "vector": [3, 4], "payload": {"word": "five"}}
        {"id": "seven", "vector": [6, 8]}
        """);
    assertEquals(0, run("import", points.toString(), "--collection", "c").status());
    Files.writeString(
        queries(),
        """
        {"vector": [0, 1]}
        {"vector": [3, 4]}
        {"vector": [30, 40]}
        """);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path queries() {
    return folder.resolve("queries.jsonl");
  }

  private Path judgments(String text) throws IOException {
    return Files.writeString(folder.resolve("judged.tsv"), text.replace(' ', '\t'));
  }

  private Ran run(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
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

  private Ran train(String judgments, String... more) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "relevance",
                "train",
                "m",
                "--collection",
                "c",
                "--queries",
                queries().toString(),
                "--judgments",
                judgments(judgments).toString()));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  @Test
  void judgedRowsAreSentAndOthersAreLeftOut() throws IOException {
    Ran ran = train("query point grade propensity\n2 seven 1\n0 1 0.5 0.25\n0 2 0\n");
    assertEquals(0, ran.status(), ran.err());
    JudgedQueries sent = server.relevance().received().getFirst();
    assertEquals(1, server.relevance().received().size());
    assertEquals(2 * 2 * 4, sent.getVectors().getData().size());
    assertEquals(3, sent.getJudgmentsCount());
    assertEquals(0, sent.getJudgments(0).getQuery());
    assertEquals(1, sent.getJudgments(0).getPoint().getNumber());
    assertEquals(0.5f, sent.getJudgments(0).getGrade());
    assertEquals(0.25f, sent.getJudgments(0).getPropensity());
    assertEquals(1, sent.getJudgments(2).getQuery());
    assertEquals("seven", sent.getJudgments(2).getPoint().getText());
    assertTrue(ran.out().contains("cosine_adapter"), ran.out());
    assertTrue(ran.out().contains("0.2500"), ran.out());
    assertTrue(ran.out().contains("too few queries to tell"), ran.out());
    assertTrue(ran.out().contains("0.7500"), ran.out());
  }

  @Test
  void whatToTrainIsSaidByOptions() throws IOException {
    Ran ran =
        train(
            "0 1 1\n",
            "--kind",
            "cosine_adapter",
            "--form",
            "linear",
            "--hidden-units",
            "16",
            "--candidates",
            "200",
            "--seed",
            "5",
            "--unjudged-left-out",
            "--default");
    assertEquals(0, ran.status(), ran.err());
    TrainingSpec spec = server.relevance().spec();
    assertEquals("c", spec.getCollection());
    assertEquals("m", spec.getModel());
    assertEquals(ModelKind.MODEL_KIND_COSINE_ADAPTER, spec.getKind());
    assertEquals(AdapterForm.ADAPTER_FORM_LINEAR, spec.getForm());
    assertEquals(16, spec.getHiddenUnits());
    assertEquals(200, spec.getCandidates());
    assertEquals(5, spec.getSeed());
    assertEquals(Unjudged.UNJUDGED_LEFT_OUT, spec.getUnjudged());
    assertTrue(spec.getSetDefault());
  }

  @Test
  void aRuleOfThumbNeedsNoQueries() {
    Ran ran = run("relevance", "train", "m", "-c", "c", "--kind", "zscore");
    assertEquals(0, ran.status(), ran.err());
    assertEquals(List.of(), server.relevance().received());
    assertFalse(ran.out().contains("PR-AUC"), ran.out());
    Ran half = run("relevance", "train", "m", "-c", "c", "--queries", queries().toString());
    assertEquals(2, half.status(), half.err());
  }

  @Test
  void judgmentsThatCannotBeAreNamedWithTheirLine() throws IOException {
    Ran wrong = train("query point grade\n0 1 yes\n");
    assertEquals(1, wrong.status());
    assertTrue(wrong.err().contains("judged.tsv, line 2: expected a number"), wrong.err());
    Ran beyond = train("9 1 1\n");
    assertEquals(1, beyond.status());
    assertTrue(beyond.err().contains("query 9: expected a row of"), beyond.err());
  }

  @Test
  void aServerThatRefusesIsQuoted() throws IOException {
    Ran ran =
        run(
            "relevance",
            "train",
            "busy",
            "-c",
            "c",
            "--queries",
            queries().toString(),
            "--judgments",
            judgments("0 1 1\n").toString());
    assertEquals(1, ran.status());
    assertTrue(ran.err().contains("another one"), ran.err());
  }

  @Test
  void anEvaluationIsATableOrJson() throws IOException {
    String[] evaluate = {
      "relevance",
      "evaluate",
      "m",
      "-c",
      "c",
      "--queries",
      queries().toString(),
      "--judgments",
      judgments("0 1 1\n1 2 1\n").toString()
    };
    Ran table = run(evaluate);
    assertEquals(0, table.status(), table.err());
    assertTrue(table.out().startsWith("2 queries, 200 pairs, 7.0 of them relevant"), table.out());
    assertTrue(table.out().contains("PR-AUC"), table.out());
    String[] json = Arrays.copyOf(evaluate, evaluate.length + 1);
    json[evaluate.length] = "--json";
    String out = run(json).out();
    assertTrue(out.contains("\"pr_auc\":0.75"), out);
    assertTrue(out.contains("\"observed\":0.25"), out);
    assertTrue(out.contains("\"threshold\":0.4"), out);
    Ran nothing = run("relevance", "evaluate", "m", "-c", "c");
    assertEquals(2, nothing.status());
  }

  @Test
  void aReportIsAPageWithPicturesWhoseNumbersAreThoseOfTheAnswer() throws IOException {
    Path page = folder.resolve("report.html");
    Ran ran = train("0 1 1\n", "--report", page.toString());
    assertEquals(0, ran.status(), ran.err());
    String html = Files.readString(page);
    assertTrue(html.startsWith("<!DOCTYPE html>"), html);
    assertTrue(html.contains("<title>Relevance by m in c</title>"), html);
    assertTrue(html.contains("<td>0.7500</td>"), html);
    // A bin of .2 and .25, and a point of recall .5 and precision .9, in a square of 360.
    assertTrue(html.contains("<polyline points=\"116.0,314.0\""), html);
    assertTrue(html.contains("<polyline points=\"224.0,80.0\""), html);
    assertTrue(html.contains("<td>5.0 %</td><td>0.2500</td>"), html);
    assertTrue(html.contains("too few queries to tell"), html);
    assertEquals(2, html.split("<svg", -1).length - 1);
    assertFalse(html.contains("http"), "needs nothing from elsewhere");
  }

  @Test
  void modelsAreListedShownPreferredAndDeleted() throws IOException {
    train("0 1 1\n");
    assertTrue(run("relevance", "list", "-c", "c").out().contains("2.0 kiB"));
    assertEquals("the default model is m\n", run("relevance", "default", "m", "-c", "c").out());
    String shown = run("relevance", "show", "-c", "c", "--json").out();
    assertTrue(shown.contains("\"default\":true"), shown);
    assertTrue(shown.contains("\"numbers\":{\"curve\":[1.5,-2.0]"), shown);
    assertTrue(run("relevance", "show", "m", "-c", "c").out().contains("MAX-MISSED"));
    assertEquals(
        "there is no default model\n", run("relevance", "default", "--none", "-c", "c").out());
    assertEquals(2, run("relevance", "default", "-c", "c").status());
    assertEquals("deleted m\n", run("relevance", "delete", "m", "-c", "c").out());
    assertEquals("there was no model m\n", run("relevance", "delete", "m", "-c", "c").out());
    assertEquals(1, run("relevance", "show", "m", "-c", "c").status());
  }

  @Test
  void aSearchTellsRelevanceWhenAsked() {
    String[] search = {"search", "-c", "c", "--vector", "[0, 1]"};
    assertFalse(run(search).out().contains("RELEVANCE"));
    assertFalse(server.searched().hasRelevance());
    Ran ran =
        run("search", "-c", "c", "--vector", "[0, 1]", "--relevance", "--min-relevance", "0.15");
    assertEquals(
        """
        RANK  ID  EUCLIDEAN  RELEVANCE  PAYLOAD
           1   1  -1.000000     0.5000  {"word": "nil"}
           2   2  -4.242640     0.1907  {"word": "five"}
        relevance by usual version 4: 2 of 3 candidates at least 0.15, 1 hits cut
        """,
        ran.out());
    assertEquals("", server.searched().getRelevance().getModel());
    run(
        "search",
        "-c",
        "c",
        "--vector",
        "[0, 1]",
        "--relevance",
        "m",
        "--max-missed",
        "0.25",
        "--on-empty",
        "best-one",
        "--outlyingness");
    assertEquals(
        RelevanceOptions.newBuilder()
            .setModel("m")
            .setMaxFractionMissed(0.25f)
            .setOnEmpty(OnEmpty.ON_EMPTY_BEST_ONE)
            .setOutlyingness(true)
            .build(),
        server.searched().getRelevance());
    String json = run("search", "-c", "c", "--id", "1", "--outlyingness", "--json").out();
    assertTrue(json.contains("\"outlyingness\":{\"distance\":2.5,"), json);
    assertTrue(json.contains("\"relevance\":0.1"), json);
  }

  @Test
  void optionsThatContradictEachOtherAreWrongUsage() {
    Ran both =
        run("search", "-c", "c", "--id", "1", "--min-relevance", "0.5", "--max-missed", "0.1");
    assertEquals(2, both.status());
    Ran unknown = run("search", "-c", "c", "--id", "1", "--on-empty", "nothing");
    assertEquals(2, unknown.status());
    assertTrue(unknown.err().contains("best-one"), unknown.err());
  }

  @Test
  void applyPrintsWhatIsKeptOfEveryQuery() {
    String[] apply = {
      "relevance",
      "apply",
      "m",
      "-c",
      "c",
      "--queries",
      queries().toString(),
      "--min-relevance",
      "0.4"
    };
    assertEquals(
        """
        QUERY  RANK  ID      SCORE  RELEVANCE
            0     1   1  -1.000000     0.5000
            1     1   2   0.000000     1.0000
            2     -   -          -          -
        """,
        run(apply).out());
    String[] json = Arrays.copyOf(apply, apply.length + 1);
    json[apply.length] = "--json";
    List<String> lines = run(json).out().lines().toList();
    assertEquals(3, lines.size());
    assertTrue(
        lines
            .getFirst()
            .startsWith("{\"query\":0,\"hits\":[{\"id\":1,\"score\":-1.0,\"relevance\":0.5"),
        lines.getFirst());
    assertTrue(lines.getLast().startsWith("{\"query\":2,\"hits\":[],"), lines.getLast());
  }

  private Ran judge(String answers, String... more) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)));
    try {
      List<String> all =
          new ArrayList<>(
              List.of(
                  "relevance",
                  "judge",
                  "-c",
                  "c",
                  "--queries",
                  queries().toString(),
                  "--judgments",
                  folder.resolve("mine.tsv").toString(),
                  "--limit",
                  "2"));
      all.addAll(List.of(more));
      return run(all.toArray(String[]::new));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void answersAreKeptAndNothingIsAskedTwice() throws IOException {
    Files.writeString(folder.resolve("texts"), "near nil\nlike five\nfar out\n");
    Ran first = judge("y\nmaybe\nn\ns\nq\n", "--texts", folder.resolve("texts").toString());
    assertEquals(0, first.status(), first.err());
    assertEquals(
        "query\tpoint\tgrade\n0\t1\t1\n0\t2\t0\n", Files.readString(folder.resolve("mine.tsv")));
    assertTrue(first.err().contains("query 0: near nil"), first.err());
    assertTrue(first.err().contains("{\"word\": \"nil\"}"), first.err());
    assertTrue(first.err().contains("y, n, s or q, please"), first.err());
    assertTrue(first.out().startsWith("2 judged"), first.out());
    Ran second = judge("y\n");
    assertFalse(second.err().contains("query 0"), second.err());
    assertEquals(
        "query\tpoint\tgrade\n0\t1\t1\n0\t2\t0\n1\t2\t1\n",
        Files.readString(folder.resolve("mine.tsv")));
    Ran third = judge("q\n", "--from", "2", "--json");
    assertTrue(third.err().contains("query 2"), third.err());
    assertTrue(third.out().startsWith("{\"judged\":0,"), third.out());
  }
}
