package dev.kith.bench.peers;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// Columns as wide as their widest cell: the first flush left, the others flush right.
public final class TextTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /// Adds a row; all have the same number of cells.
  public void row(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /// Prints all rows.
  public void print(PrintWriter out) {
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        String padding = " ".repeat(width(column) - cell.length());
        line.append(column == 0 ? cell + padding : GAP + padding + cell);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
