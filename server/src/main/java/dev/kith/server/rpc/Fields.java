package dev.kith.server.rpc;

import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.refusal.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Checks the fields of one request and refuses all that is wrong with them at once.
///
/// A range in a comment of the wire contract is a call of this class and nowhere else.
final class Fields {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final int MAX_SHOWN = 64;

  private final List<Violation> violations = new ArrayList<>();

  /// Checks a required name of a collection or session.
  String name(String field, String value) {
    if (value.isEmpty()) {
      violations.add(new Violation(field, "is required"));
    } else if (!NAME.matcher(value).matches() || value.contains("..")) {
      violations.add(
          new Violation(
              field, "must match %s without '..', got %s".formatted(NAME.pattern(), shown(value))));
    }
    return value;
  }

  /// Checks an unsigned 32-bit number against `[min, max]`.
  int number(String field, int unsigned, long min, long max) {
    long value = Integer.toUnsignedLong(unsigned);
    if (value < min || value > max) {
      violations.add(
          new Violation(field, "must be in [%d, %d], got %d".formatted(min, max, value)));
      return (int) min;
    }
    return unsigned;
  }

  /// Checks a number against `[0, 1]`.
  double share(String field, double value) {
    if (!(value >= 0 && value <= 1)) {
      violations.add(new Violation(field, "must be in [0, 1], got " + value));
      return 0;
    }
    return value;
  }

  /// Checks a number against `[least, most]`.
  double within(String field, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      wrong(field, "must be in [%s, %s], got %s".formatted(least, most, value));
      return least;
    }
    return value;
  }

  /// Checks a number against `(0, most]`.
  double above(String field, double value, double most) {
    if (!(value > 0 && value <= most)) {
      wrong(field, "must be above 0 and at most %s, got %s".formatted(most, value));
      return most;
    }
    return value;
  }

  /// Notes a violation in words.
  void wrong(String field, String problem) {
    violations.add(new Violation(field, problem));
  }

  /// Refuses a field that this server knows and does not honour, if it is set.
  static void notYet(boolean isSet, String field) {
    if (isSet) {
      throw new RefusedException(new Refusal.NotYet(field));
    }
  }

  /// Refuses a value that this server does not know.
  static RefusedException unsupported(String field, int number) {
    return new RefusedException(new Refusal.Unsupported("%s = %d".formatted(field, number)));
  }

  /// Makes the refusal of one field.
  static RefusedException invalid(String field, String problem) {
    return new RefusedException(new Refusal.InvalidField(field, problem));
  }

  /// @throws RefusedException if anything was wrong
  void refuseIfWrong() {
    if (violations.size() == 1) {
      Violation only = violations.getFirst();
      throw invalid(only.field(), only.problem());
    }
    if (!violations.isEmpty()) {
      throw new RefusedException(new Refusal.InvalidFields(violations));
    }
  }

  /// Checks one name on its own.
  ///
  /// @throws RefusedException if it is no name
  static String requireName(String field, String value) {
    Fields fields = new Fields();
    fields.name(field, value);
    fields.refuseIfWrong();
    return value;
  }

  /// Quotes a text for a message, shortened.
  private static String shown(String value) {
    return value.length() <= MAX_SHOWN
        ? "'" + value + "'"
        : "'%s...' of %d characters".formatted(value.substring(0, MAX_SHOWN), value.length());
  }
}
