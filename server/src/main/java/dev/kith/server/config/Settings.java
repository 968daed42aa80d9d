package dev.kith.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The values of a table of settings, found in several sources. Immutable.
public final class Settings {

  /// A value and where it was found.
  private record Found(String value, String origin) {}

  private final Map<Setting<?>, Found> found;

  private Settings(Map<Setting<?>, Found> found) {
    this.found = found;
  }

  /// Looks every setting of a table up.
  ///
  /// @param table all settings there are
  /// @param sources where to look, the strongest first
  /// @throws ConfigException if a source has a key that is not in the table, or a value is not
  ///   allowed
  public static Settings resolve(List<Setting<?>> table, List<SettingSource> sources) {
    Set<String> known = table.stream().map(Setting::key).collect(Collectors.toSet());
    for (SettingSource source : sources) {
      Set<String> unknown = new TreeSet<>(source.values().keySet());
      unknown.removeAll(known);
      if (!unknown.isEmpty()) {
        throw new ConfigException(
            "%s: unknown setting%s %s; `kith serve --print-config` lists all there are"
                .formatted(
                    source.name(),
                    unknown.size() == 1 ? "" : "s",
                    String.join(
                        ", ",
                        unknown.stream().map(key -> "'" + source.spell(key) + "'").toList())));
      }
    }
    Map<Setting<?>, Found> found = new LinkedHashMap<>();
    for (Setting<?> setting : table) {
      Found value = find(setting, sources);
      setting.parse(value.value(), value.origin());
      found.put(setting, value);
    }
    return new Settings(found);
  }

  private static Found find(Setting<?> setting, List<SettingSource> sources) {
    for (SettingSource source : sources) {
      String value = source.values().get(setting.key());
      if (value != null) {
        return new Found(value, source.name());
      }
    }
    return new Found(setting.defaultValue(), "default");
  }

  /// Returns the value of a setting of the table.
  public <T> T get(Setting<T> setting) {
    Found value = found.get(setting);
    if (value == null) {
      throw new IllegalArgumentException("not in the table: " + setting.key());
    }
    return setting.parse(value.value(), value.origin());
  }

  /// Writes all values as a YAML file, each with its comment, range, default and origin.
  public String toYaml() {
    List<String> lines = new ArrayList<>();
    String group = "";
    for (Map.Entry<Setting<?>, Found> entry : found.entrySet()) {
      Setting<?> setting = entry.getKey();
      int dot = setting.key().indexOf('.');
      String own = dot < 0 ? "" : setting.key().substring(0, dot);
      if (!own.equals(group)) {
        lines.add("");
        lines.add(own + ":");
        group = own;
      }
      String indent = own.isEmpty() ? "" : "  ";
      lines.add("%s# %s".formatted(indent, setting.comment()));
      lines.add(
          "%s# %s; default %s; %s; from: %s"
              .formatted(
                  indent,
                  setting.range(),
                  setting.defaultValue(),
                  setting.variable(),
                  entry.getValue().origin()));
      lines.add(
          "%s%s: %s"
              .formatted(
                  indent, setting.key().substring(dot + 1), quote(entry.getValue().value())));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String quote(String value) {
    return value.matches("[A-Za-z0-9_./-]+") ? value : "'" + value.replace("'", "''") + "'";
  }
}
