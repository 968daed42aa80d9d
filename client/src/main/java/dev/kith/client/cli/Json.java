package dev.kith.client.cli;

import dev.kith.client.CollectionInfo;
import dev.kith.client.Explanation;
import dev.kith.client.IndexChoice;
import dev.kith.client.IndexSpec;
import dev.kith.client.Payload;
import dev.kith.client.PointId;
import dev.kith.client.Prefixes;
import dev.kith.client.StoredPoint;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/// What commands print with `--json`.
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  static ObjectNode object() {
    return NODES.objectNode();
  }

  static ArrayNode array() {
    return NODES.arrayNode();
  }

  /// An id as `import` reads it: a number, a text, or `{"text": ...}` for a text like a UUID.
  static JsonNode id(PointId id) {
    return switch (id) {
      case PointId.Number number -> NODES.numberNode(new BigInteger(number.toString()));
      case PointId.Uuid uuid -> NODES.stringNode(uuid.toString());
      case PointId.Text text ->
          PointId.parse(text.value()) instanceof PointId.Uuid
              ? object().put("text", text.value())
              : NODES.stringNode(text.value());
    };
  }

  static ArrayNode vector(float[] coordinates) {
    ArrayNode array = array();
    for (float coordinate : coordinates) {
      array.add(coordinate);
    }
    return array;
  }

  /// A payload as it is stored, unless it would break the line.
  static JsonNode payload(Payload payload) {
    String text = payload.toString();
    if (text.indexOf('\n') < 0 && text.indexOf('\r') < 0) {
      return NODES.rawValueNode(new RawValue(text));
    }
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException notJson) {
      return NODES.stringNode(text);
    }
  }

  static ObjectNode point(StoredPoint point) {
    ObjectNode object = object();
    object.set("id", id(point.id()));
    fields(object, point.vector(), point.payload());
    return object;
  }

  static void fields(ObjectNode object, float @Nullable [] vector, @Nullable Payload payload) {
    if (vector != null) {
      object.set("vector", vector(vector));
    }
    if (payload != null) {
      object.set("payload", payload(payload));
    }
  }

  static ObjectNode collection(CollectionInfo info) {
    ObjectNode object =
        object()
            .put("name", info.name())
            .put("dimension", info.spec().dimension())
            .put("metric", info.spec().metric().name().toLowerCase(Locale.ROOT));
    info.spec().codec().ifPresent(codec -> object.put("codec", name(codec)));
    info.spec().codecBits().ifPresent(bits -> object.put("codec_bits", bits));
    prefixes(object, info.spec().prefixes());
    index(object.putObject("index"), info.spec().index());
    info.choice().ifPresent(choice -> choice(object.putObject("choice"), choice));
    info.spec().defaultEf().ifPresent(ef -> object.put("default_ef", ef));
    info.spec().segmentPoints().ifPresent(points -> object.put("segment_points", points));
    if (info.spec().deferIndexing()) {
      object.put("defer_indexing", true);
    }
    return object.put("created", info.created().toString()).put("points", info.points());
  }

  private static void index(ObjectNode index, IndexSpec spec) {
    switch (spec) {
      case IndexSpec.Flat _ -> index.put("kind", "flat");
      case IndexSpec.Auto auto -> {
        index.put("kind", "auto");
        auto.memoryBytesPerVector().ifPresent(bytes -> index.put("memory_bytes_per_vector", bytes));
      }
      case IndexSpec.Ivf ivf -> {
        index.put("kind", "ivf");
        ivf.lists().ifPresent(lists -> index.put("lists", lists));
        if (ivf.spill()) {
          index.put("spill", true);
        }
        ivf.seed().ifPresent(seed -> index.put("seed", unsigned(seed)));
      }
      case IndexSpec.Hnsw hnsw -> {
        index.put("kind", "hnsw");
        hnsw.m().ifPresent(m -> index.put("m", m));
        hnsw.efConstruction().ifPresent(ef -> index.put("ef_construction", ef));
        hnsw.seed().ifPresent(seed -> index.put("seed", unsigned(seed)));
        hnsw.layout().ifPresent(layout -> index.put("layout", name(layout)));
      }
    }
  }

  /// Nothing of none.
  private static void prefixes(ObjectNode object, Prefixes prefixes) {
    if (!prefixes.widths().isEmpty()) {
      prefixes.widths().forEach(object.putArray("prefixes")::add);
    }
    prefixes.basis().ifPresent(basis -> object.put("basis", name(basis)));
  }

  private static void choice(ObjectNode object, IndexChoice choice) {
    index(object.putObject("index"), choice.index());
    object.put("codec", name(choice.codec()));
    prefixes(object, choice.prefixes());
    object.put("reason", choice.reason()).put("next_trial_points", choice.nextTrialPoints());
    choice.trial().ifPresent(trial -> trial(object.putObject("trial"), trial));
  }

  private static void trial(ObjectNode object, IndexChoice.Trial trial) {
    object
        .put("time", trial.time().toString())
        .put("points", trial.points())
        .put("sampled_points", trial.sampledPoints())
        .put("seed", unsigned(trial.seed()))
        .put("local_dimension", trial.localDimension());
    ArrayNode candidates = object.putArray("candidates");
    for (IndexChoice.Candidate candidate : trial.candidates()) {
      ObjectNode one = candidates.addObject();
      index(one.putObject("index"), candidate.index());
      one.put("codec", name(candidate.codec()))
          .put("recall", candidate.recall())
          .put("queries_per_second", candidate.queriesPerSecond())
          .put("bytes_per_vector", candidate.bytesPerVector());
    }
  }

  private static BigInteger unsigned(long number) {
    return new BigInteger(Long.toUnsignedString(number));
  }

  /// A layout, codec or basis as options and answers spell it.
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static ObjectNode explanation(Explanation explanation) {
    ObjectNode object =
        object()
            .put("plan", explanation.plan())
            .put("total_us", explanation.totalMicros())
            .put("queue_us", explanation.queueMicros());
    ArrayNode stages = object.putArray("stages");
    for (Explanation.Stage stage : explanation.stages()) {
      ObjectNode node = stages.addObject().put("stage", stage.name());
      stage.segment().ifPresent(segment -> node.put("segment", segment));
      stage.width().ifPresent(width -> node.put("width", width));
      stage.candidatesIn().ifPresent(in -> node.put("candidates_in", in));
      node.put("distance_computations", stage.work().distanceComputations())
          .put("nodes_visited", stage.work().nodesVisited())
          .put("bytes_scanned", stage.work().bytesScanned())
          .put("multiply_adds", stage.work().multiplyAdds())
          .put("candidates", stage.candidates())
          .put("time_us", stage.micros());
    }
    return object;
  }
}
