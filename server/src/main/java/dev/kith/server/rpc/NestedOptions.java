package dev.kith.server.rpc;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.refusal.Violation;
import java.util.function.Supplier;

/// Search options that are the field `options.search` of others: what is refused of them is named
/// by where it is, and their limit by the field that sets it.
final class NestedOptions {
  private static final String OUTSIDE = "options.";

  private NestedOptions() {}

  /// Does what reads the options, or searches with them.
  ///
  /// @param limit field that sets their limit
  static <T> T within(String limit, Supplier<T> work) {
    try {
      return work.get();
    } catch (RefusedException refused) {
      throw new RefusedException(moved(limit, refused.refusal()));
    }
  }

  private static Refusal moved(String limit, Refusal refusal) {
    return switch (refusal) {
      case Refusal.InvalidField(String field, String problem) ->
          new Refusal.InvalidField(moved(limit, field), problem);
      case Refusal.InvalidFields(var violations) ->
          new Refusal.InvalidFields(
              violations.stream()
                  .map(each -> new Violation(moved(limit, each.field()), each.problem()))
                  .toList());
      case Refusal.NotYet(String field) -> new Refusal.NotYet(moved(limit, field));
      case Refusal.Unsupported(String field) -> new Refusal.Unsupported(moved(limit, field));
      default -> refusal;
    };
  }

  private static String moved(String limit, String field) {
    if (field.equals("options.limit")) {
      return limit;
    }
    return field.startsWith(OUTSIDE)
        ? "options.search." + field.substring(OUTSIDE.length())
        : field;
  }
}
