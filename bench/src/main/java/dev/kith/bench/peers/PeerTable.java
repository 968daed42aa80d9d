package dev.kith.bench.peers;

import dev.kith.bench.peers.ContenderProcess.Built;
import dev.kith.bench.peers.ContenderProcess.Searched.Latency;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Prints a result so that a person sees who wins and who loses.
public final class PeerTable {
  private static final DecimalFormatSymbols POINT = DecimalFormatSymbols.getInstance(Locale.ROOT);

  private final Result result;
  private final PrintWriter out;

  public PeerTable(Result result, PrintWriter out) {
    this.result = result;
    this.out = out;
  }

  /// Prints conditions, speeds, ratios, latencies, versions, and who did not take part.
  public void print() {
    conditions();
    speeds();
    ratios();
    latencies();
    versions();
    failures();
    out.flush();
  }

  private void conditions() {
    PeerSettings settings = result.settings();
    Result.Data data = result.data();
    out.printf(
        Locale.ROOT,
        "%s: %,d x %d, %s; %,d queries, k=10, one at a time on one thread%n",
        data.name(),
        data.rows(),
        data.dimension(),
        data.metric().name().toLowerCase(Locale.ROOT),
        data.queries());
    out.printf(
        Locale.ROOT,
        "graphs m=%d, ef_construction=%d; built with %d %s; %d %s%n",
        settings.graph().m(),
        settings.graph().efConstruction(),
        settings.threads(),
        settings.threads() == 1 ? "thread" : "threads",
        settings.runs(),
        settings.runs() == 1 ? "turn" : "turns");
    out.println(result.machine().inWords());
  }

  private void speeds() {
    out.printf("%nQueries per second of processor time at recall@10%n");
    TextTable table = new TextTable();
    List<String> heading = new ArrayList<>(List.of("contender"));
    targets().forEach(heading::add);
    heading.addAll(List.of("build s", "CPU s", "bytes/vector"));
    table.row(heading);
    for (Standing standing : result.standings()) {
      Built built = standing.built();
      if (built == null) {
        continue;
      }
      List<String> row = new ArrayList<>(List.of(standing.contender().name()));
      for (double recall : result.settings().recalls()) {
        row.add(speed(Figure.of(standing.at(recall))));
      }
      row.add(String.format(Locale.ROOT, "%,.1f", built.seconds()));
      row.add(String.format(Locale.ROOT, "%,.1f", built.cpuSeconds()));
      row.add(String.format(Locale.ROOT, "%,.0f", built.bytesPerVector()));
      table.row(row);
    }
    table.print(out);
  }

  private void ratios() {
    if (result.pairs().isEmpty()) {
      return;
    }
    out.printf("%nKith over its peers: above 1, Kith is faster, or builds longer, or is larger%n");
    TextTable table = new TextTable();
    List<String> heading = new ArrayList<>(List.of("speed at recall@10"));
    targets().forEach(heading::add);
    heading.addAll(List.of("build CPU", "bytes"));
    table.row(heading);
    for (Result.Pair pair : result.pairs()) {
      List<String> row =
          new ArrayList<>(
              List.of(pair.kith().contender().name() + " / " + pair.peer().contender().name()));
      for (double recall : result.settings().recalls()) {
        row.add(ratio(pair, recall));
      }
      row.add(decimal(pair.built(Built::cpuSeconds)));
      row.add(decimal(pair.built(Built::bytesPerVector)));
      table.row(row);
    }
    table.print(out);
  }

  private static String ratio(Result.Pair pair, double recall) {
    boolean ours = Figure.of(pair.kith().at(recall)).isPresent();
    boolean theirs = Figure.of(pair.peer().at(recall)).isPresent();
    if (ours != theirs) {
      return ours ? "Kith only" : "peer only";
    }
    return pair.ratio(recall).map(figure -> spread(figure, "%.2f")).orElse(ours ? "?" : "-");
  }

  private void latencies() {
    out.printf("%nMicroseconds a search at recall@10: p50, and p99 and p99.9 as multiples of it%n");
    TextTable table = new TextTable();
    List<String> heading = new ArrayList<>(List.of("contender"));
    targets().forEach(heading::add);
    heading.add("collections");
    table.row(heading);
    for (Standing standing : result.standings()) {
      if (standing.turns().isEmpty()) {
        continue;
      }
      List<String> row = new ArrayList<>(List.of(standing.contender().name()));
      for (double recall : result.settings().recalls()) {
        row.add(standing.latencyAt(recall).map(PeerTable::latency).orElse("-"));
      }
      row.add(collections(standing.turns()));
      table.row(row);
    }
    table.print(out);
  }

  private static String latency(Latency latency) {
    return String.format(
        Locale.ROOT,
        "%,.0f x%.1f x%.1f",
        latency.p50(),
        latency.p99() / latency.p50(),
        latency.p999() / latency.p50());
  }

  private static String collections(List<Turn> turns) {
    return turns.stream().anyMatch(turn -> turn.collections().isEmpty())
        ? "-"
        : String.valueOf(turns.stream().mapToInt(turn -> turn.collections().orElseThrow()).sum());
  }

  private void versions() {
    out.println();
    for (Standing standing : result.standings()) {
      Built built = standing.built();
      if (built != null) {
        out.printf(
            "%s: %s; %s%n",
            standing.contender().name(), standing.contender().index(), built.version());
      }
    }
  }

  private void failures() {
    for (Standing standing : result.standings()) {
      if (standing.failure() != null) {
        out.printf(
            "%n%s took %s: %s%n",
            standing.contender().name(),
            standing.turns().isEmpty()
                ? "no part"
                : "part in " + standing.turns().size() + " turns",
            standing.failure());
      }
    }
  }

  /// A speed as it stands in tables: `>` for a bound, `-` for never.
  static String speed(Optional<Figure> figure) {
    return figure.map(known -> spread(known, "%,.0f")).orElse("-");
  }

  private static String spread(Figure figure, String format) {
    String median = figure.bound().sign() + String.format(Locale.ROOT, format, figure.median());
    if (figure.min() == figure.max()) {
      return median;
    }
    return "%s [%s-%s]"
        .formatted(
            median,
            String.format(Locale.ROOT, format, figure.min()),
            String.format(Locale.ROOT, format, figure.max()));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private List<String> targets() {
    return result.settings().recalls().stream()
        .map(recall -> new DecimalFormat("0.00##", POINT).format(recall))
        .toList();
  }
}
