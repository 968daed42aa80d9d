package dev.kith.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Values that came from one place.
///
/// @param name the place, for messages
/// @param values by key
/// @param spellings how the place writes a key, where it differs
public record SettingSource(
    String name, Map<String, String> values, Map<String, String> spellings) {

  private static final String PREFIX = "KITH_";

  /// Variables that are not the server's: the launcher's, the client's, and those that Kubernetes
  /// sets in every pod beside a service of the name `kith`.
  private static final List<String> FOREIGN =
      List.of("KITH_JAVA_", "KITH_ADDRESS", "KITH_CLIENT_", "KITH_SERVICE_", "KITH_PORT");

  /// A settings file is a page or two; anything longer is another file.
  private static final long MAX_FILE_BYTES = 1 << 20;

  public SettingSource {
    values = Map.copyOf(values);
    spellings = Map.copyOf(spellings);
  }

  public SettingSource(String name, Map<String, String> values) {
    this(name, values, Map.of());
  }

  /// How this place writes a key.
  String spell(String key) {
    return spellings.getOrDefault(key, key);
  }

  /// Takes the variables that start with `KITH_`, except those of the launcher and of Kubernetes.
  ///
  /// @param table tells which key a variable means
  public static SettingSource environment(Map<String, String> variables, List<Setting<?>> table) {
    Map<String, String> keys = new HashMap<>();
    table.forEach(setting -> keys.put(setting.variable(), setting.key()));
    Map<String, String> values = new TreeMap<>();
    Map<String, String> spellings = new HashMap<>();
    variables.forEach(
        (variable, value) -> {
          if (variable.startsWith(PREFIX) && FOREIGN.stream().noneMatch(variable::startsWith)) {
            String key = keys.getOrDefault(variable, variable);
            values.put(key, value);
            spellings.put(key, variable);
          }
        });
    return new SettingSource("environment", values, spellings);
  }

  /// Reads a YAML file of nested keys. An empty file sets nothing.
  ///
  /// @throws ConfigException if the file cannot be read or is not a YAML mapping of scalars
  public static SettingSource file(Path file) {
    String text;
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new ConfigException(
            "%s: has %d bytes; a configuration has at most %d"
                .formatted(file, Files.size(file), MAX_FILE_BYTES));
      }
      text = Files.readString(file);
    } catch (IOException failure) {
      throw new ConfigException("%s: cannot be read: %s".formatted(file, failure));
    }
    JsonNode root;
    try {
      root =
          YAMLMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(text);
    } catch (JacksonException malformed) {
      throw new ConfigException(
          "%s: is not YAML: %s".formatted(file, malformed.getOriginalMessage()));
    }
    Map<String, String> values = new TreeMap<>();
    if (!root.isMissingNode() && !root.isNull()) {
      flatten("", root, file, values);
    }
    return new SettingSource(file.toString(), values);
  }

  private static void flatten(String prefix, JsonNode node, Path file, Map<String, String> values) {
    if (!node.isObject()) {
      throw new ConfigException(
          "%s: %s must be a mapping of settings".formatted(file, prefix.isEmpty() ? "it" : prefix));
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = prefix + entry.getKey();
      JsonNode value = entry.getValue();
      if (value.isObject()) {
        flatten(key + ".", value, file, values);
      } else if (value.isValueNode() && !value.isNull()) {
        values.put(key, value.asString());
      } else {
        throw new ConfigException("%s: %s must have a value".formatted(file, key));
      }
    }
  }
}
