package dev.kith.bench.run;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The figures of one setting. Null means not measured.
///
/// @param dataset name of the data set
/// @param index `hnsw` or `flat`
/// @param segment what was searched; null for a server, which decides by itself
/// @param params what the index was built and searched with, numbers and words
/// @param threads searching threads
/// @param recall shares of the true neighbours found
/// @param qps searches a second of wall time, in the fastest repeat
/// @param qpsCpu searches a second of the searching threads' processor time, in the best repeat;
///   steadier than `qps` on a busy machine
/// @param latency of the fastest repeat
/// @param distanceComputations pairs of vectors compared, a search
/// @param buildSeconds until all vectors were in and linked, and sealed if they are to be
/// @param bytesPerVector of the index, vectors included
public record Row(
    String dataset,
    String index,
    @Nullable SegmentKind segment,
    SequencedMap<String, JsonNode> params,
    int threads,
    Shares recall,
    double qps,
    @Nullable Double qpsCpu,
    Latency latency,
    @Nullable Double distanceComputations,
    double buildSeconds,
    @Nullable Double bytesPerVector) {

  /// Recall at three depths.
  public record Shares(@Nullable Double at1, @Nullable Double at10, @Nullable Double at100) {}

  /// Percentiles in microseconds.
  public record Latency(double p50, double p95, double p99) {}

  /// The row as JSON: every key always there.
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("dataset", dataset).put("index", index);
    json.put("segment", segment == null ? null : segment.text());
    json.putObject("params").setAll(params);
    json.put("threads", threads);
    json.put("recall_at_1", recall.at1);
    json.put("recall_at_10", recall.at10);
    json.put("recall_at_100", recall.at100);
    json.put("qps", qps);
    json.put("p50_us", latency.p50).put("p95_us", latency.p95).put("p99_us", latency.p99);
    json.put("distance_computations", distanceComputations);
    json.put("build_seconds", buildSeconds);
    json.put("bytes_per_vector", bytesPerVector);
    json.put("qps_cpu", qpsCpu);
    return json;
  }
}
