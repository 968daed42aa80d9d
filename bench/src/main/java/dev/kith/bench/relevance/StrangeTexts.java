package dev.kith.bench.relevance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Texts that no collection of definitions and sentences has an answer to. The same seed gives the
/// same texts.
final class StrangeTexts {
  private static final Pattern WORD = Pattern.compile("\\p{L}+");
  private static final int FEWEST_WORDS = 5;
  private static final int MOST_WORDS = 12;

  private static final List<String> NAMES =
      List.of(
          "buf", "idx", "rows", "tmp", "ctx", "node", "acc", "off", "len", "conn", "req", "cfg");
  private static final List<String> TYPES =
      List.of("int", "float[]", "long", "String", "byte[]", "List<Integer>");
  private static final List<String> LEVELS = List.of("INFO", "WARN", "ERROR", "DEBUG");
  private static final List<String> EVENTS =
      List.of(
          "connection reset by peer",
          "flushed memtable",
          "retry 3 of 5",
          "GET /api/v2/items 404",
          "checksum mismatch",
          "lease expired");

  private final Random random;

  StrangeTexts(long seed) {
    this.random = new Random(seed);
  }

  /// Strings of 5 to 12 words of some texts, each word as likely as any other.
  List<String> randomWords(List<String> texts, int count) {
    TreeSet<String> distinct = new TreeSet<>();
    for (String text : texts) {
      Matcher words = WORD.matcher(text);
      while (words.find()) {
        distinct.add(words.group().toLowerCase(Locale.ROOT));
      }
    }
    if (distinct.isEmpty()) {
      throw new IllegalArgumentException("there is no word in %,d texts".formatted(texts.size()));
    }
    List<String> words = List.copyOf(distinct);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> drawn = new ArrayList<>();
      int length = random.nextInt(FEWEST_WORDS, MOST_WORDS + 1);
      for (int word = 0; word < length; word++) {
        drawn.add(one(words));
      }
      strings.add(String.join(" ", drawn));
    }
    return strings;
  }

  /// Lines of a small grammar: a third is of source code, a third of a log, a third of a table of
  /// numbers.
  List<String> lines(int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          switch (i % 3) {
            case 0 -> code();
            case 1 -> log();
            default -> numbers();
          });
    }
    return lines;
  }

  private String code() {
    return switch (random.nextInt(4)) {
      case 0 ->
          "for (int %2$s = 0; %2$s < %1$s.length; %2$s++) { %1$s[%2$s] += %3$s * 0x%4$x; }"
              .formatted(one(NAMES), one(List.of("i", "j", "k")), one(NAMES), random.nextInt(4096));
      case 1 ->
          "private static %s %s(%s %s, int %s) throws IOException {"
              .formatted(one(TYPES), call(), one(TYPES), one(NAMES), one(NAMES));
      case 2 ->
          "if (%s == null || %s.%s() > %d) return %s;"
              .formatted(one(NAMES), one(NAMES), call(), random.nextInt(1000), one(NAMES));
      default ->
          "%s %s = %s.%s(%s, %d).%s();"
              .formatted(
                  one(TYPES),
                  one(NAMES),
                  one(NAMES),
                  call(),
                  one(NAMES),
                  random.nextInt(256),
                  call());
    };
  }

  private String call() {
    return one(List.of("get", "read", "put", "scan")) + one(List.of("Block", "Next", "All", "At"));
  }

  private String log() {
    return String.format(
        Locale.ROOT,
        "2024-%02d-%02d %02d:%02d:%02d.%03d %s [worker-%d] %s.%s - %s (%d ms)",
        random.nextInt(1, 13),
        random.nextInt(1, 29),
        random.nextInt(24),
        random.nextInt(60),
        random.nextInt(60),
        random.nextInt(1000),
        one(LEVELS),
        random.nextInt(16),
        one(NAMES),
        one(NAMES),
        one(EVENTS),
        random.nextInt(5000));
  }

  private String numbers() {
    List<String> cells = new ArrayList<>();
    int columns = random.nextInt(5, 10);
    for (int i = 0; i < columns; i++) {
      cells.add(
          switch (random.nextInt(3)) {
            case 0 -> Integer.toString(random.nextInt(100_000));
            case 1 -> String.format(Locale.ROOT, "%.4f", random.nextGaussian());
            default -> "0x%08x".formatted(random.nextInt());
          });
    }
    return String.join(",", cells);
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
