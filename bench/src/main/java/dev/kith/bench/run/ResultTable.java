package dev.kith.bench.run;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Prints rows as they come, under one heading.
public final class ResultTable {
  /// Settings of searches, as opposed to those of the index.
  private static final List<String> SWEPT = List.of("ef", "nprobe");

  private static final String HEADING = "%-10s %8s %9s %10s %9s %9s %9s %9s %9s %11s";

  private final PrintWriter out;
  private boolean begun;

  public ResultTable(PrintWriter out) {
    this.out = out;
  }

  /// Prints a row.
  public void print(Row row) {
    if (!begun) {
      begun = true;
      heading(row);
    }
    out.println(
        HEADING
            .formatted(
                setting(row.params()),
                share(row.recall().at1()),
                share(row.recall().at10()),
                share(row.recall().at100()),
                number(row.qps()),
                number(row.qpsCpu()),
                number(row.latency().p50()),
                number(row.latency().p95()),
                number(row.latency().p99()),
                number(row.distanceComputations()))
            .stripTrailing());
    out.flush();
  }

  private void heading(Row row) {
    StringBuilder params = new StringBuilder();
    for (Map.Entry<String, JsonNode> param : row.params().entrySet()) {
      if (!SWEPT.contains(param.getKey())) {
        params.append(' ').append(param.getKey()).append('=').append(param.getValue().asString());
      }
    }
    out.printf(
        Locale.ROOT,
        "%s, %s%s%s, %d %s; built in %.1f s, %s bytes per vector%n%n",
        row.dataset(),
        row.index(),
        params,
        row.segment() == null ? "" : ", " + row.segment().text(),
        row.threads(),
        row.threads() == 1 ? "thread" : "threads",
        row.buildSeconds(),
        number(row.bytesPerVector()));
    out.println(
        HEADING.formatted(
            "setting",
            "recall@1",
            "recall@10",
            "recall@100",
            "QPS",
            "QPS/cpu-s",
            "p50 us",
            "p95 us",
            "p99 us",
            "distances"));
  }

  private static String setting(Map<String, JsonNode> params) {
    return params.entrySet().stream()
        .filter(param -> SWEPT.contains(param.getKey()))
        .map(param -> param.getKey() + "=" + param.getValue().asString())
        .findFirst()
        .orElse("exact");
  }

  private static String share(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.4f", share);
  }

  private static String number(@Nullable Double number) {
    return number == null ? "-" : String.format(Locale.ROOT, "%,.0f", number);
  }
}
