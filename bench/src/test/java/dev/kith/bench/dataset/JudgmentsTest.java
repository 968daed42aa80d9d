package dev.kith.bench.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JudgmentsTest {
  private static final int QUERIES = 3_000;
  private static final int POINTS = 70_000;

  @TempDir private Path folder;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aFileGivesBackWhatWasWrittenInItsOrder(long seed) throws IOException {
    Random random = new Random(seed);
    int[] query = new int[5_000];
    int[] point = new int[query.length];
    float[] grade = new float[query.length];
    Judgments.Builder pairs = new Judgments.Builder();
    for (int i = 0; i < query.length; i++) {
      query[i] = random.nextInt(QUERIES);
      point[i] = i * 14 + random.nextInt(14); // So that no pair occurs twice.
      grade[i] = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextFloat();
      pairs.add(query[i], point[i], grade[i]);
    }
    Path file = folder.resolve(Judgments.FILE);
    pairs.build().write(file);
    Judgments read = Judgments.read(file, QUERIES, POINTS);
    assertEquals(query.length, read.size());
    assertArrayEquals(query, read.query());
    assertArrayEquals(point, read.point());
    assertArrayEquals(grade, read.grade());
  }

  @Test
  void aFileIsAHeaderAndALineAPair() throws IOException {
    Judgments read =
        Judgments.read(file("query\tpoint\tgrade\n2\t69999\t0.7\n2\t0\t1\n"), 3, POINTS);
    assertArrayEquals(new int[] {2, 2}, read.query());
    assertArrayEquals(new int[] {69_999, 0}, read.point());
    assertArrayEquals(new float[] {0.7f, 1}, read.grade());
    assertEquals(0, Judgments.read(file("query\tpoint\tgrade\n"), 3, POINTS).size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 2           | query<TAB>point<TAB>grade, found '1<TAB>2'
          1 2 1 x       | query<TAB>point<TAB>grade, found '1<TAB>2<TAB>1<TAB>x'
          ''            | query<TAB>point<TAB>grade, found ''
          one 2 1       | a query in [0, 3000), found 'one'
          -1 2 1        | a query in [0, 3000), found '-1'
          3000 2 1      | a query in [0, 3000), found '3000'
          1 2.5 1       | a point in [0, 70000), found '2.5'
          1 70000 1     | a point in [0, 70000), found '70000'
          1 99999999999 1 | a point in [0, 70000), found '99999999999'
          1 2 good      | a grade in [0, 1], found 'good'
          1 2 1.01      | a grade in [0, 1], found '1.01'
          1 2 -0.1      | a grade in [0, 1], found '-0.1'
          1 2 NaN       | a grade in [0, 1], found 'NaN'
          """)
  void aLineThatIsNoPairIsNamedWithWhatItShouldBe(String line, String part) throws IOException {
    assertRefused(
        "query\tpoint\tgrade\n5\t5\t1\n" + line.replace(' ', '\t') + "\n6\t6\t1\n",
        "judgments.tsv, line 3: expected " + part);
  }

  @Test
  void theFirstLineNamesTheColumns() throws IOException {
    assertRefused("5\t5\t1\n", "line 1: expected the columns query<TAB>point<TAB>grade");
    assertRefused("", "found the end of the file");
  }

  @Test
  void aPairIsJudgedOnce() throws IOException {
    assertRefused(
        "query\tpoint\tgrade\n5\t6\t1\n6\t5\t1\n5\t6\t0.4\n",
        "query 5 and point 6: expected one line a pair");
  }

  @Test
  void aMissingFileIsNamedWithItsFormat() {
    Path none = folder.resolve("none.tsv");
    IOException refused =
        assertThrows(IOException.class, () -> Judgments.read(none, QUERIES, POINTS));
    assertTrue(refused.toString().contains(none + " is missing"), refused::toString);
  }

  @Test
  void whatCouldNotBeReadBackIsNotTaken() {
    Judgments.Builder pairs = new Judgments.Builder();
    assertThrows(IllegalArgumentException.class, () -> pairs.add(-1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> pairs.add(0, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> pairs.add(0, 0, 1.5f));
    assertThrows(IllegalArgumentException.class, () -> pairs.add(0, 0, Float.NaN));
    assertEquals(0, pairs.build().size());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve(Judgments.FILE), text);
  }

  private void assertRefused(String text, String part) throws IOException {
    Path file = file(text);
    IOException refused =
        assertThrows(IOException.class, () -> Judgments.read(file, QUERIES, POINTS));
    assertTrue(refused.toString().contains(part), refused::toString);
  }
}
