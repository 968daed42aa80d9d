package dev.kith.client.cli;

import dev.kith.client.Filter;
import dev.kith.client.Filter.Value;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a comparison with a payload field is written by people, such as `kg>=1500`.
final class WhereTerm {
  /// The field is all before the first comparison, and as long a comparison as there can be.
  private static final Pattern TERM = Pattern.compile("(?s)([^=!<>]+)(!=|<=|>=|=|<|>)(.*)");

  private static final String FORMS =
      "FIELD=VALUE, or with !=, <, <=, > or >= in place of =, such as 'kg>=1500'";

  private WhereTerm() {}

  /// Reads a term.
  ///
  /// @throws UsageException if it is none
  static Filter parse(String written) {
    Matcher term = TERM.matcher(written);
    if (!term.matches()) {
      throw new UsageException("--where must be %s, got '%s'".formatted(FORMS, written));
    }
    String field = term.group(1).strip();
    String comparison = term.group(2);
    Value value = value(written, term.group(3).strip());
    if (field.isEmpty()) {
      throw new UsageException("--where must name a field: %s, got '%s'".formatted(FORMS, written));
    }
    if (value instanceof Value.Flag && !comparison.equals("=") && !comparison.equals("!=")) {
      throw new UsageException(
          "--where can compare true and false by = and != alone, got '%s'".formatted(written));
    }
    return switch (comparison) {
      case "=" -> Filter.match(field, value);
      case "!=" -> Filter.not(Filter.match(field, value));
      case "<" -> Filter.below(field, value);
      case "<=" -> Filter.atMost(field, value);
      case ">" -> Filter.above(field, value);
      case ">=" -> Filter.atLeast(field, value);
      default -> throw new AssertionError(comparison);
    };
  }

  private static Value value(String written, String text) {
    if (!text.isEmpty() && "=!<>".indexOf(text.charAt(0)) >= 0) {
      throw new UsageException(
          ("--where must have one comparison, got '%s'. Write a text that begins with %s as a JSON"
                  + " string, in double quotes")
              .formatted(written, text.charAt(0)));
    }
    try {
      return PlainValue.parse(text);
    } catch (IllegalArgumentException tooLarge) {
      throw new UsageException(
          "--where must compare with %s, got '%s'".formatted(tooLarge.getMessage(), written));
    }
  }
}
