package dev.kith.client.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Something with settings behind it, as people write it: `KIND:WHAT,weight=2,lower`.
///
/// @param option that it was given to
/// @param written as it was
/// @param kind what it is
/// @param what of that kind; empty if nothing was said
/// @param settings by their names; of one without a value it is empty
record SettingTerm(
    String option, String written, String kind, String what, Map<String, String> settings) {

  /// Settings are what ends the term and begins with a comma and a word. The numbers of a vector
  /// begin with none.
  private static final Pattern TERM =
      Pattern.compile("(?s)\\s*([a-z-]+)(?::(.*?))?((?:,\\s*[a-z-]+(?:=[^,\\]\\[{}\"]*)?)*)");

  /// Reads a term.
  ///
  /// @param forms what it may look like, for a complaint
  /// @param known names of the settings that there are
  /// @throws UsageException if it is none, or has a setting that there is not
  static SettingTerm parse(String option, String written, String forms, Set<String> known) {
    Matcher parts = TERM.matcher(written);
    if (!parts.matches()) {
      throw new UsageException("%s must be %s, got '%s'".formatted(option, forms, written));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : parts.group(3).split(",", -1)) {
      if (setting.isBlank()) {
        continue;
      }
      String[] pair = setting.strip().split("=", 2);
      if (!known.contains(pair[0])) {
        throw new UsageException(
            "%s has no setting '%s', but %s, got '%s'"
                .formatted(option, pair[0], String.join(", ", new TreeSet<>(known)), written));
      }
      if (settings.put(pair[0], pair.length == 1 ? "" : pair[1].strip()) != null) {
        throw new UsageException(
            "%s must set %s once, got '%s'".formatted(option, pair[0], written));
      }
    }
    String what = parts.group(2) == null ? "" : parts.group(2).strip();
    return new SettingTerm(option, written, parts.group(1), what, settings);
  }

  /// A setting that is a number; null if it was not set.
  ///
  /// @throws UsageException if it is none
  @Nullable Double number(String name) {
    String value = settings.get(name);
    if (value == null) {
      return null;
    }
    try {
      return Double.valueOf(value);
    } catch (NumberFormatException noNumber) {
      throw new UsageException(
          "%s must set %s to a number, got '%s'".formatted(option, name, written));
    }
  }

  /// Whether a setting that has no value was set.
  ///
  /// @throws UsageException if it has one
  boolean flag(String name) {
    String value = settings.getOrDefault(name, "");
    if (!value.isEmpty()) {
      throw new UsageException("%s takes no value, got '%s'".formatted(name, written));
    }
    return settings.containsKey(name);
  }
}
