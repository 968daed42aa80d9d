package dev.kith.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One thing an operator can set.
///
/// @param key dotted name, as in the file: `grpc.port`
/// @param defaultValue the value, as text, when nobody sets another
/// @param range what is allowed, for people
/// @param comment what it does
/// @param parser reads a value; throws `IllegalArgumentException` if it is not allowed
public record Setting<T>(
    String key, String defaultValue, String range, String comment, Function<String, T> parser) {

  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

  /// A whole number in `[min, max]`.
  public static Setting<Integer> integer(
      String key, int defaultValue, int min, int max, String comment) {
    return new Setting<>(
        key,
        Integer.toString(defaultValue),
        "[%d, %d]".formatted(min, max),
        comment,
        text -> Math.toIntExact(between(Long.parseLong(text.strip()), min, max)));
  }

  /// A number of bytes in `[min, max]`, written plain or with KiB, MiB or GiB.
  public static Setting<Long> bytes(
      String key, String defaultValue, String min, String max, String comment) {
    return new Setting<>(
        key,
        defaultValue,
        "[%s, %s]".formatted(min, max),
        comment,
        text -> between(parseBytes(text), parseBytes(min), parseBytes(max)));
  }

  /// A length of time in `[min, max]`, written with ms, s, m or h.
  public static Setting<Duration> duration(
      String key, String defaultValue, String min, String max, String comment) {
    return new Setting<>(
        key,
        defaultValue,
        "[%s, %s]".formatted(min, max),
        comment,
        text -> Duration.ofMillis(between(parseMillis(text), parseMillis(min), parseMillis(max))));
  }

  /// True or false.
  public static Setting<Boolean> flag(String key, boolean defaultValue, String comment) {
    return new Setting<>(
        key, Boolean.toString(defaultValue), "true or false", comment, Setting::parseFlag);
  }

  /// One of a few words, each standing for a value.
  public static <T> Setting<T> choice(
      String key, String defaultValue, Map<String, T> values, String comment) {
    return new Setting<>(
        key,
        defaultValue,
        String.join(" or ", new TreeSet<>(values.keySet())),
        comment,
        text -> parseChoice(text, values));
  }

  /// A file or folder.
  public static Setting<Path> path(String key, String defaultValue, String comment) {
    return new Setting<>(key, defaultValue, "a path", comment, Setting::parsePath);
  }

  /// A file or folder that may be left unset, which is the default.
  public static Setting<Optional<Path>> optionalPath(String key, String comment) {
    return new Setting<>(
        key,
        "",
        "a path, or nothing",
        comment,
        text -> text.isBlank() ? Optional.empty() : Optional.of(parsePath(text)));
  }

  /// A word of free text, never blank.
  public static Setting<String> text(
      String key, String defaultValue, String range, String comment) {
    return new Setting<>(key, defaultValue, range, comment, Setting::parseText);
  }

  /// Name of the environment variable that sets it: `KITH_GRPC_PORT` for `grpc.port`.
  public String variable() {
    return "KITH_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /// Reads a value.
  ///
  /// @param origin where the value was found, for the message
  /// @throws ConfigException if it is not allowed
  public T parse(String value, String origin) {
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException | ArithmeticException wrong) {
      throw new ConfigException(
          "%s: '%s' (%s) is not allowed; it must be %s%s"
              .formatted(key, value, origin, range.startsWith("[") ? "in " : "", range));
    }
  }

  private static long between(long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException();
    }
    return value;
  }

  private static long parseBytes(String text) {
    Matcher amount = amount(text);
    long unit =
        switch (amount.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b" -> 1L;
          case "kib" -> 1L << 10;
          case "mib" -> 1L << 20;
          case "gib" -> 1L << 30;
          case "tib" -> 1L << 40;
          default -> throw new IllegalArgumentException();
        };
    return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
  }

  private static long parseMillis(String text) {
    Matcher amount = amount(text);
    long unit =
        switch (amount.group(2)) {
          case "ms" -> 1L;
          case "s" -> 1_000L;
          case "m" -> 60_000L;
          case "h" -> 3_600_000L;
          default -> throw new IllegalArgumentException();
        };
    return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
  }

  private static Matcher amount(String text) {
    Matcher amount = AMOUNT.matcher(text.strip());
    if (!amount.matches()) {
      throw new IllegalArgumentException();
    }
    return amount;
  }

  private static boolean parseFlag(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  private static <T> T parseChoice(String text, Map<String, T> values) {
    T value = values.get(text.strip());
    if (value == null) {
      throw new IllegalArgumentException();
    }
    return value;
  }

  private static Path parsePath(String text) {
    try {
      return Path.of(parseText(text));
    } catch (InvalidPathException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  private static String parseText(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException();
    }
    return text.strip();
  }
}
