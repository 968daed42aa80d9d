package dev.kith.client.cli;

import dev.kith.client.Hit;
import dev.kith.client.Judgment;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.file.JudgmentsFile;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kith relevance judge`
@Command(
    name = "judge",
    description = {
      "Show queries and their hits and ask of each hit whether it is relevant; answers are appended to"
          + " a file that `kith relevance train --judgments` reads.",
      "Answer y (yes), n (no), s (skip this hit), or q (enough for now): the same command goes on"
          + " where it stopped, and asks nothing twice."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  kith relevance judge --collection words --queries queries.npy --texts queries.txt"
            + " --judgments judged.tsv")
final class JudgeCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();
  @Mixin private QueriesFile queries = new QueriesFile();

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description = "What to show of each query: a file of as many lines (default its row alone).")
  private @Nullable Path texts;

  @Option(
      names = "--judgments",
      required = true,
      paramLabel = "FILE",
      description = "File that answers are appended to; made if it is not there.")
  private Path judgments = Path.of("");

  @Option(
      names = "--limit",
      defaultValue = "10",
      description = "Hits to ask about for each query, 1 to 10000 (default 10).")
  private int limit;

  @Option(
      names = "--from",
      defaultValue = "0",
      paramLabel = "ROW",
      description = "Row of the first query to ask about, from 0 (default 0).")
  private long from;

  private final Console console;

  JudgeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Set<List<Object>> known = new HashSet<>();
    boolean isNew = !Files.exists(judgments) || Files.size(judgments) == 0;
    if (!isNew) {
      JudgmentsFile.read(judgments)
          .forEach(
              (query, all) -> {
                for (Judgment judgment : all) {
                  known.add(List.of(query, judgment.point()));
                }
              });
    }
    List<String> shown = texts == null ? List.of() : Files.readAllLines(texts);
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (isNew) {
      append(JudgmentsFile.HEADING);
    }
    int before = known.size();
    try (KithClient client = common.connect();
        VectorFile file = queries.open()) {
      KithCollection points = client.collection(collection.get());
      file.seek(from);
      boolean goesOn = true;
      for (RowBatch row = file.next(1); row != null && goesOn; row = file.next(1)) {
        goesOn = ask(points, row, shown, answers, known);
      }
    }
    int judged = known.size() - before;
    if (common.json()) {
      console.json(Json.object().put("judged", judged).put("file", judgments.toString()));
    } else {
      console.out().printf("%d judged, kept in %s%n", judged, judgments);
    }
    return 0;
  }

  /// Asks about the hits of one query.
  ///
  /// @return whether to go on with the next one
  private boolean ask(
      KithCollection points,
      RowBatch query,
      List<String> shown,
      BufferedReader answers,
      Set<List<Object>> known)
      throws IOException {
    long row = query.firstRow();
    List<Hit> hits = points.search(query.vectors(), SearchOptions.top(limit)).hits();
    boolean isTold = false;
    for (int rank = 0; rank < hits.size(); rank++) {
      Hit hit = hits.get(rank);
      List<Object> pair = List.of(row, hit.id());
      if (known.contains(pair)) {
        continue;
      }
      if (!isTold) {
        console
            .err()
            .printf("%nquery %d: %s%n", row, row < shown.size() ? shown.get((int) row) : "");
        isTold = true;
      }
      Answer answer = ask(rank, hit, answers);
      switch (answer) {
        case YES, NO -> {
          keep(row, hit.id(), answer == Answer.YES ? 1 : 0);
          known.add(pair);
        }
        case SKIP -> {}
        case QUIT -> {
          return false;
        }
      }
    }
    return true;
  }

  private enum Answer {
    YES,
    NO,
    SKIP,
    QUIT
  }

  private Answer ask(int rank, Hit hit, BufferedReader answers) throws IOException {
    while (true) {
      console
          .err()
          .printf(
              Locale.ROOT,
              "%3d  %s  %.4f  %s%n     relevant? [y/n/s/q] ",
              rank + 1,
              hit.id(),
              hit.score(),
              hit.payload() == null ? "" : hit.payload());
      console.err().flush();
      String line = answers.readLine();
      switch (line == null ? "q" : line.strip().toLowerCase(Locale.ROOT)) {
        case "y", "yes" -> {
          return Answer.YES;
        }
        case "n", "no" -> {
          return Answer.NO;
        }
        case "s", "skip" -> {
          return Answer.SKIP;
        }
        case "q", "quit" -> {
          return Answer.QUIT;
        }
        default -> console.err().println("     y, n, s or q, please");
      }
    }
  }

  private void keep(long query, PointId point, float grade) throws IOException {
    append(JudgmentsFile.line(query, point, grade));
  }

  /// At once, so that nothing is lost when the terminal is closed.
  private void append(String line) throws IOException {
    Files.writeString(judgments, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
