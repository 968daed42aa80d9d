package dev.kith.bench.dataset;

import dev.kith.client.file.MalformedFileException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which base rows are relevant to which queries, and how much: what a person, or a source that
/// knows, said of pairs. A pair that is not here was not judged.
///
/// Three columns of one length; pair `i` is the `i`-th of each. In a file (`judgments.tsv` in the
/// folder of a data set) a line `query`, tab, `point`, tab, `grade` names the columns, and each
/// line after it is a pair. Immutable but for the arrays, which are shared, not copies.
public final class Judgments {

  /// Name of the file in a data set's folder.
  public static final String FILE = "judgments.tsv";

  private static final String HEADER = "query\tpoint\tgrade";
  private static final int COLUMNS = 3;

  private final int[] query;
  private final int[] point;
  private final float[] grade;

  private Judgments(int[] query, int[] point, float[] grade) {
    this.query = query;
    this.point = point;
    this.grade = grade;
  }

  /// Number of judged pairs.
  public int size() {
    return query.length;
  }

  /// Row of each pair's query.
  public int[] query() {
    return query;
  }

  /// Row in the base of each pair's point, which is its id where rows are imported by number.
  public int[] point() {
    return point;
  }

  /// How relevant each pair's point is, from 0, judged to be irrelevant, to 1.
  public float[] grade() {
    return grade;
  }

  /// Reads a file.
  ///
  /// @param queries queries of the data set; a judged one is in `[0, queries)`
  /// @param points base rows of the data set, likewise
  /// @throws MalformedFileException if a line is not of the format, speaks of a row that is not
  ///   there, or judges a pair again
  /// @throws IOException if there is no such file, or it cannot be read
  public static Judgments read(Path file, int queries, int points) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "%s is missing: expected a line query<TAB>point<TAB>grade and then one a judged pair"
              .formatted(file));
    }
    Builder pairs = new Builder();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      String header = lines.readLine();
      if (header == null || !header.equals(HEADER)) {
        throw new MalformedFileException(
            file, "line 1", "the columns query<TAB>point<TAB>grade", visible(header));
      }
      Fields fields = new Fields(file);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        fields.next(line);
        pairs.add(fields.row(0, "query", queries), fields.row(1, "point", points), fields.grade());
      }
    }
    Judgments read = pairs.build();
    read.requireDistinct(file);
    return read;
  }

  /// Writes a file that [#read] takes.
  public void write(Path file) throws IOException {
    try (BufferedWriter lines = Files.newBufferedWriter(file)) {
      lines.write(HEADER + "\n");
      for (int i = 0; i < size(); i++) {
        lines.write(query[i] + "\t" + point[i] + "\t" + grade[i] + "\n");
      }
    }
  }

  private void requireDistinct(Path file) throws MalformedFileException {
    long[] pairs = new long[size()];
    Arrays.setAll(pairs, i -> (long) query[i] << Integer.SIZE | point[i]);
    Arrays.sort(pairs);
    for (int i = 1; i < pairs.length; i++) {
      if (pairs[i] == pairs[i - 1]) {
        throw new MalformedFileException(
            file,
            "query %d and point %d".formatted(pairs[i] >>> Integer.SIZE, (int) pairs[i]),
            "one line a pair",
            "two");
      }
    }
  }

  private static String visible(@Nullable String line) {
    return line == null ? "the end of the file" : "'" + line.replace("\t", "<TAB>") + "'";
  }

  /// Collects pairs, which keep their order.
  public static final class Builder {
    private int[] query = new int[1024];
    private int[] point = new int[1024];
    private float[] grade = new float[1024];
    private int size;

    /// Adds a pair that has not been added.
    ///
    /// @throws IllegalArgumentException if a row is negative or the grade is not in `[0, 1]`
    public void add(int queryRow, int pointRow, float pairGrade) {
      if (queryRow < 0 || pointRow < 0 || !isGrade(pairGrade)) {
        throw new IllegalArgumentException(
            "rows must be at least 0 and the grade in [0, 1], got query %d, point %d, grade %s"
                .formatted(queryRow, pointRow, pairGrade));
      }
      if (size == query.length) {
        query = Arrays.copyOf(query, 2 * size);
        point = Arrays.copyOf(point, 2 * size);
        grade = Arrays.copyOf(grade, 2 * size);
      }
      query[size] = queryRow;
      point[size] = pointRow;
      grade[size] = pairGrade;
      size++;
    }

    /// The pairs so far.
    public Judgments build() {
      return new Judgments(
          Arrays.copyOf(query, size), Arrays.copyOf(point, size), Arrays.copyOf(grade, size));
    }
  }

  private static boolean isGrade(float grade) {
    return grade >= 0 && grade <= 1; // Not so for NaN.
  }

  /// One line after another of a file, cut into its columns.
  private static final class Fields {
    private final Path file;
    private int line = 1;
    private String[] fields = {};

    Fields(Path file) {
      this.file = file;
    }

    void next(String text) throws MalformedFileException {
      line++;
      fields = text.split("\t", -1);
      if (fields.length != COLUMNS) {
        throw wrong("query<TAB>point<TAB>grade", visible(text));
      }
    }

    int row(int column, String name, int rows) throws MalformedFileException {
      int row;
      try {
        row = Integer.parseInt(fields[column]);
      } catch (NumberFormatException e) {
        row = -1;
      }
      if (row < 0 || row >= rows) {
        throw wrong("a %s in [0, %d)".formatted(name, rows), "'" + fields[column] + "'");
      }
      return row;
    }

    float grade() throws MalformedFileException {
      float grade;
      try {
        grade = Float.parseFloat(fields[2]);
      } catch (NumberFormatException e) {
        grade = Float.NaN;
      }
      if (!isGrade(grade)) {
        throw wrong("a grade in [0, 1]", "'" + fields[2] + "'");
      }
      return grade;
    }

    private MalformedFileException wrong(String expected, String found) {
      return new MalformedFileException(file, "line " + line, expected, found);
    }
  }
}
