package dev.kith.bench.peers;

import dev.kith.bench.peers.ContenderProcess.Built;
import dev.kith.bench.peers.ContenderProcess.Searched;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A result as JSON, with everything that was measured. Every key is always there; null is what is
/// not known.
public final class PeerJson {

  private PeerJson() {}

  /// Writes down a result.
  public static ObjectNode of(Result result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Result.Data data = result.data();
    json.putObject("dataset")
        .put("name", data.name())
        .put("rows", data.rows())
        .put("dimension", data.dimension())
        .put("metric", data.metric().name().toLowerCase(Locale.ROOT))
        .put("queries", data.queries());
    PeerSettings settings = result.settings();
    json.putObject("settings")
        .put("m", settings.graph().m())
        .put("ef_construction", settings.graph().efConstruction())
        .put("build_threads", settings.threads())
        .put("runs", settings.runs())
        .put("k", 10);
    Machine machine = result.machine();
    json.putObject("machine")
        .put("cpu", machine.cpu())
        .put("simd", machine.simd())
        .put("cores", machine.cores())
        .put("huge_pages", machine.hugePages())
        .put("load", machine.load())
        .put("java", machine.java());
    ArrayNode contenders = json.putArray("contenders");
    result.standings().forEach(standing -> contenders.add(standing(standing, settings)));
    ArrayNode ratios = json.putArray("ratios");
    for (Result.Pair pair : result.pairs()) {
      ObjectNode ratio = ratios.addObject();
      ratio.put("kith", pair.kith().contender().name());
      ratio.put("peer", pair.peer().contender().name());
      ArrayNode at = ratio.putArray("at_recall");
      for (double recall : settings.recalls()) {
        at.add(figure(recall, pair.ratio(recall)));
      }
    }
    return json;
  }

  private static ObjectNode standing(Standing standing, PeerSettings settings) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Built built = standing.built();
    json.put("name", standing.contender().name());
    json.put("kith", standing.contender().kith());
    json.put("index", standing.contender().index());
    json.put("version", built == null ? null : built.version());
    json.put("build_seconds", built == null ? null : (Double) built.seconds());
    json.put("build_cpu_seconds", built == null ? null : (Double) built.cpuSeconds());
    json.put("bytes_per_vector", built == null ? null : (Double) built.bytesPerVector());
    json.put("failure", standing.failure());
    ArrayNode at = json.putArray("at_recall");
    for (double recall : settings.recalls()) {
      at.add(figure(recall, Figure.of(standing.at(recall))));
    }
    ArrayNode turns = json.putArray("turns");
    standing.turns().forEach(turn -> turns.add(turn(turn)));
    return json;
  }

  private static ObjectNode figure(double recall, Optional<Figure> figure) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("recall", recall);
    json.put("min", figure.map(Figure::min).orElse(null));
    json.put("median", figure.map(Figure::median).orElse(null));
    json.put("max", figure.map(Figure::max).orElse(null));
    json.put(
        "bound", figure.map(known -> known.bound().name().toLowerCase(Locale.ROOT)).orElse(null));
    return json;
  }

  private static ArrayNode turn(Turn turn) {
    ArrayNode points = JsonNodeFactory.instance.arrayNode();
    List<Curve.Point> all =
        turn.curves().stream().flatMap(curve -> curve.points().stream()).toList();
    for (Curve.Point point : all) {
      Searched searched = point.searched();
      points
          .addObject()
          .put("setting", point.setting())
          .put("recall_at_10", point.recall())
          .put("queries", searched.queries())
          .put("qps_cpu", point.qps())
          .put("p50_us", searched.latency().p50())
          .put("p99_us", searched.latency().p99())
          .put("p999_us", searched.latency().p999())
          .put("distance_computations", searched.distances())
          .put("collections", searched.collections());
    }
    return points;
  }
}
