package dev.kith.bench.run;

import dev.kith.bench.dataset.Dataset;
import dev.kith.index.plan.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Builds a target once and searches it with each setting.
///
/// A setting is searched in three ways, none of which disturbs another: one pass that warms up,
/// collects the hits for recall@1 and @10 and counts the work; timed passes, of which the fastest
/// counts; and, where the beam is at least 100 wide, one pass for 100 hits a query, for recall@100.
public final class BenchRun {
  private static final int DEEP = 100;

  private final Dataset dataset;
  private final Target target;
  private final RunSettings settings;

  public BenchRun(Dataset dataset, Target target, RunSettings settings) {
    this.dataset = dataset;
    this.target = target;
    this.settings = settings;
  }

  /// Builds and measures.
  ///
  /// @param sink told each row as soon as it is known
  public List<Row> run(Consumer<Row> sink) throws IOException, InterruptedException {
    Target.Built built = target.build(settings.index());
    List<Integer> widths = settings.sweep().isEmpty() ? List.of(0) : settings.sweep();
    List<Row> rows = new ArrayList<>();
    for (int width : widths) {
      Row row = measure(built, width);
      rows.add(row);
      sink.accept(row);
    }
    return rows;
  }

  private Row measure(Target.Built built, int width) throws InterruptedException {
    int k = settings.k();
    Probe probe = settings.probe(width);
    Pass counted = pass(new Target.Setting(k, probe, true));
    Pass fastest = pass(new Target.Setting(k, probe, false));
    double qpsCpu = fastest.queriesPerCpuSecond();
    for (int repeat = 1; repeat < settings.repeats(); repeat++) {
      Pass again = pass(new Target.Setting(k, probe, false));
      qpsCpu = Math.max(qpsCpu, again.queriesPerCpuSecond());
      fastest = again.queriesPerSecond() > fastest.queriesPerSecond() ? again : fastest;
    }
    SequencedMap<String, JsonNode> params = settings.params();
    if (width > 0) {
      params.put(RunSettings.swept(settings.index()), JsonNodeFactory.instance.numberNode(width));
    }
    int queries = dataset.queries().rows();
    return new Row(
        dataset.name(),
        settings.indexName(),
        built.segment(),
        params,
        settings.threads(),
        new Row.Shares(recall(1, counted, k), recall(10, counted, k), deepRecall(probe, counted)),
        fastest.queriesPerSecond(),
        target.searchesOnTheCallingThread() ? qpsCpu : null,
        new Row.Latency(fastest.micros(50), fastest.micros(95), fastest.micros(99)),
        counted.distanceComputations() < 0
            ? null
            : (double) counted.distanceComputations() / queries,
        built.seconds(),
        built.bytesPerVector().isPresent() ? built.bytesPerVector().getAsDouble() : null);
  }

  private @Nullable Double deepRecall(Probe probe, Pass counted) throws InterruptedException {
    if (settings.k() >= DEEP) {
      return recall(DEEP, counted, settings.k());
    }
    boolean narrow = probe instanceof Probe.Beam(int ef, _) && ef < DEEP;
    if (narrow || dataset.neighbors().columns() < DEEP) {
      return null;
    }
    return recall(DEEP, pass(new Target.Setting(DEEP, probe, false)), DEEP);
  }

  private @Nullable Double recall(int at, Pass pass, int k) {
    return at > k || at > dataset.neighbors().columns()
        ? null
        : Recall.at(at, dataset).of(pass.hits());
  }

  private Pass pass(Target.Setting setting) throws InterruptedException {
    return Pass.run(
        dataset.queries().rows(), setting.k(), settings.threads(), () -> target.searcher(setting));
  }
}
