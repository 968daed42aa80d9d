package dev.kith.client.file;

import dev.kith.client.Judgment;
import dev.kith.client.PointId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// A file of judgments: lines of fields with tabs between them, the first line a heading.
///
/// ```
/// query	point	grade	propensity
/// 0	17	1
/// 0	text:7	0.5
/// ```
///
/// A query is a row, from 0, of a file of vectors; a point an id as [PointId#parse] reads it; a
/// grade is in `[0, 1]`, a propensity, which may be left out, in `[0.01, 1]`. Blank lines are of no
/// meaning.
public final class JudgmentsFile {

  /// The heading of a file without propensities.
  public static final String HEADING = "query\tpoint\tgrade";

  private static final String FIELDS =
      "a query, a point, a grade and perhaps a propensity, with tabs between them";

  private JudgmentsFile() {}

  /// A line of a file.
  ///
  /// @param query row of the query, from 0
  /// @param judgment for it
  private record Line(long query, Judgment judgment) {}

  /// Reads all judgments.
  ///
  /// @return judgments by the row of their query, in the order of the file
  /// @throws MalformedFileException naming the line at fault
  public static NavigableMap<Long, List<Judgment>> read(Path file) throws IOException {
    NavigableMap<Long, List<Judgment>> judgments = new TreeMap<>();
    Set<List<Object>> seen = new HashSet<>();
    long number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        number++;
        if (text.isBlank() || (number == 1 && text.startsWith("query\t"))) {
          continue;
        }
        Line line = parse(file, "line " + number, text);
        if (!seen.add(List.of(line.query, line.judgment.point()))) {
          throw new MalformedFileException(
              file, "line " + number, "one judgment for a query and a point", "another: " + text);
        }
        judgments.computeIfAbsent(line.query, _ -> new ArrayList<>()).add(line.judgment);
      }
    } catch (CharacterCodingException noText) {
      throw new MalformedFileException(
          file, "behind line " + number, "text in UTF-8", "other bytes", noText);
    }
    return judgments;
  }

  private static Line parse(Path file, String place, String text) throws MalformedFileException {
    String[] fields = text.split("\t", -1);
    if (fields.length < 3 || fields.length > 4) {
      throw new MalformedFileException(file, place, FIELDS, text);
    }
    long query;
    try {
      query = Long.parseUnsignedLong(fields[0].strip());
    } catch (NumberFormatException notANumber) {
      throw new MalformedFileException(
          file, place, "the row of a query, from 0", fields[0], notANumber);
    }
    try {
      float propensity = fields.length == 4 ? number(file, place, fields[3]) : 1;
      return new Line(
          query,
          new Judgment(
              PointId.parse(fields[1].strip()), number(file, place, fields[2]), propensity));
    } catch (IllegalArgumentException outOfRange) {
      throw new MalformedFileException(
          file, place, FIELDS, String.valueOf(outOfRange.getMessage()), outOfRange);
    }
  }

  private static float number(Path file, String place, String text) throws MalformedFileException {
    try {
      return Float.parseFloat(text.strip());
    } catch (NumberFormatException notANumber) {
      throw new MalformedFileException(file, place, "a number", text, notANumber);
    }
  }

  /// A line as [#read] reads it, without its end.
  ///
  /// @throws IllegalArgumentException if the point's id has a tab or the end of a line in it, which
  ///   no line can hold
  public static String line(long query, PointId point, float grade) {
    String id = point.toString();
    if (id.indexOf('\t') >= 0 || id.indexOf('\n') >= 0 || id.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("no line can hold a point of this id: " + id);
    }
    return query + "\t" + id + "\t" + (grade == (int) grade ? "" + (int) grade : "" + grade);
  }
}
