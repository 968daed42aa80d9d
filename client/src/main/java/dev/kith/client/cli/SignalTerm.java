package dev.kith.client.cli;

import dev.kith.client.PointId;
import dev.kith.client.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How a signal is written by people, such as `field:price,weight=0.5,lower`.
final class SignalTerm {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FORMS =
      "score, field:PATH, vector:JSON or given:FILE, and ,weight=W or ,lower behind it";
  private static final Set<String> SETTINGS =
      Set.of("weight", "temperature", "perplexity", "rho", "lower");

  private SignalTerm() {}

  /// Reads a signal, and the file that its scores are in if it has one.
  ///
  /// @throws UsageException if it is none
  static Signal parse(String written) throws IOException {
    SettingTerm term = SettingTerm.parse("--fuse", written, FORMS, SETTINGS);
    boolean isScore = term.kind().equals("score");
    if (isScore != term.what().isEmpty()) {
      throw new UsageException("--fuse must be %s, got '%s'".formatted(FORMS, written));
    }
    Signal signal =
        switch (term.kind()) {
          case "score" -> Signal.score();
          case "field" -> Signal.field(term.what());
          case "vector" -> Signal.vector(QueryOptions.coordinates("--fuse vector", term.what()));
          case "given" -> Signal.given(scores(Path.of(term.what())));
          default ->
              throw new UsageException("--fuse must be %s, got '%s'".formatted(FORMS, written));
        };
    Double weight = term.number("weight");
    return new Signal(
        signal.source(),
        weight == null ? signal.weight() : weight,
        TemperatureOptions.of(
            "temperature, perplexity and rho of --fuse",
            term.number("temperature"),
            term.number("perplexity"),
            term.number("rho")),
        term.flag("lower"));
  }

  private static Map<PointId, Double> scores(Path file) throws IOException {
    JsonNode object;
    try {
      object = JSON.readTree(Files.readString(file));
    } catch (JacksonException noJson) {
      throw new UsageException("%s must be JSON: %s".formatted(file, noJson.getOriginalMessage()));
    }
    Map<PointId, Double> scores = new LinkedHashMap<>();
    boolean isRead = object.isObject();
    for (Map.Entry<String, JsonNode> score : object.properties()) {
      isRead &= score.getValue().isNumber();
      if (isRead) {
        scores.put(PointId.parse(score.getKey()), score.getValue().doubleValue());
      }
    }
    if (!isRead) {
      throw new UsageException(
          "%s must be a JSON object of ids and their scores such as {\"17\": 0.5, \"word\": 2}"
              .formatted(file));
    }
    return scores;
  }
}
