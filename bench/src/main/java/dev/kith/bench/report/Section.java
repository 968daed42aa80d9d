package dev.kith.bench.report;

import dev.kith.bench.peers.TextTable;
import java.io.PrintWriter;
import java.util.List;

/// A part of a report: a title, what is to be known of its figures, and a table of these.
///
/// @param notes sentences, a paragraph each
/// @param columns headings; none if there is no table
/// @param rows cells, as many as there are columns
/// @param pictures names of files beside the report
public record Section(
    String title,
    List<String> notes,
    List<String> columns,
    List<List<String>> rows,
    List<String> pictures) {

  /// One without pictures.
  public Section(String title, List<String> notes, List<String> columns, List<List<String>> rows) {
    this(title, notes, columns, rows, List.of());
  }

  /// The same with pictures.
  Section with(List<String> files) {
    return new Section(title, notes, columns, rows, files);
  }

  /// Prints it for a terminal.
  void print(PrintWriter out) {
    out.println();
    out.println(title);
    notes.forEach(out::println);
    if (!columns.isEmpty()) {
      out.println();
      TextTable table = new TextTable();
      table.row(columns);
      rows.forEach(table::row);
      table.print(out);
    }
    out.flush();
  }

  /// The same as Markdown.
  String markdown() {
    StringBuilder text = new StringBuilder("## ").append(title).append("\n\n");
    notes.forEach(note -> text.append(note).append("\n\n"));
    if (!columns.isEmpty()) {
      line(columns, text);
      line(columns.stream().map(_ -> "---").toList(), text);
      rows.forEach(row -> line(row, text));
      text.append('\n');
    }
    pictures.forEach(
        file -> text.append("![").append(title).append("](").append(file).append(")\n\n"));
    return text.toString();
  }

  private static void line(List<String> cells, StringBuilder text) {
    cells.forEach(cell -> text.append("| ").append(cell).append(' '));
    text.append("|\n");
  }
}
