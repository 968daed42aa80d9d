package dev.kith.client.cli;

import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where a command prints: results on one stream, remarks on the other.
record Console(PrintStream out, PrintStream err) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_CELL = 100;

  /// One JSON value on one line.
  void json(JsonNode value) {
    out.println(JSON.writeValueAsString(value));
  }

  /// Rows in aligned columns under a heading; numbers to the right.
  void table(List<String> heading, List<List<String>> rows) {
    int[] widths = new int[heading.size()];
    boolean[] right = new boolean[heading.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = heading.get(column).length();
      right[column] = !rows.isEmpty();
      for (List<String> row : rows) {
        String cell = shortened(row.get(column));
        widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
        right[column] &= cell.matches("-?[0-9][0-9.,]*(E-?[0-9]+)?( [kMGT]?i?B)?|-?");
      }
    }
    line(heading, widths, right);
    for (List<String> row : rows) {
      line(row, widths, right);
    }
  }

  private void line(List<String> cells, int[] widths, boolean[] right) {
    List<String> padded = new ArrayList<>();
    for (int column = 0; column < widths.length; column++) {
      String cell = shortened(cells.get(column));
      String spaces = " ".repeat(widths[column] - cell.codePointCount(0, cell.length()));
      padded.add(right[column] ? spaces + cell : cell + spaces);
    }
    out.println(String.join("  ", padded).stripTrailing());
  }

  /// A cell on one line, control characters of stored texts made harmless for terminals.
  private static String shortened(String cell) {
    String clean = cell.replaceAll("\\p{Cntrl}+", " ");
    return clean.length() <= MAX_CELL ? clean : clean.substring(0, MAX_CELL - 3) + "...";
  }

  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    String units = "BkMGT";
    int unit = 0;
    while (value >= 1024 && unit < units.length() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %siB", value, units.charAt(unit));
  }

  /// Gives commands a console through their constructor.
  record Factory(PrintStream out, PrintStream err) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        if (constructor.getParameterCount() == 1
            && constructor.getParameterTypes()[0] == Console.class) {
          return type.cast(constructor.newInstance(new Console(out, err)));
        }
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
