package dev.kith.client.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.Judgment;
import dev.kith.client.PointId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JudgmentsFileTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("judged.tsv"), text);
  }

  @Test
  void judgmentsAreReadByTheRowOfTheirQuery() throws IOException {
    Path file =
        file(
            """
            query\tpoint\tgrade\tpropensity
            2\t17\t1
            0\ttext:7\t0.5\t0.25

            2\telephant\t0
            """);
    assertEquals(
        Map.of(
            0L, List.of(new Judgment(PointId.of("7"), 0.5f, 0.25f)),
            2L, List.of(new Judgment(PointId.of(17), 1), new Judgment(PointId.of("elephant"), 0))),
        JudgmentsFile.read(file));
  }

  @Test
  void theHeadingMayBeMissingAndLinesMayEndAsOnOtherSystems() throws IOException {
    assertEquals(
        Map.of(3L, List.of(new Judgment(PointId.of(4), 1))),
        JudgmentsFile.read(file("3\t4\t1\r\n")));
    assertEquals(Map.of(), JudgmentsFile.read(file("")));
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    for (PointId id :
        List.of(PointId.of(-1), PointId.of("7"), PointId.of("a b"), PointId.of("text:x"))) {
      for (float grade : new float[] {0, 1, 0.25f}) {
        assertEquals(
            Map.of(9L, List.of(new Judgment(id, grade))),
            JudgmentsFile.read(
                file(JudgmentsFile.HEADING + "\n" + JudgmentsFile.line(9, id, grade) + "\n")));
      }
    }
    assertThrows(
        IllegalArgumentException.class, () -> JudgmentsFile.line(0, PointId.of("a\tb"), 1));
  }

  @ParameterizedTest
  @CsvSource({
    "0|5, a query",
    "0|5|1|1|1, a query",
    "x|5|1, the row of a query",
    "-1|5|1, the row of a query",
    "0||1, 1 to 512",
    "0|5|yes, a number",
    "0|5|2, grade must be in",
    "0|5|NaN, grade must be in",
    "0|5|1|0.001, propensity must be in",
    "0|7|1, one judgment"
  })
  void aLineAtFaultIsNamedWithWhatItShouldBe(String line, String expected) throws IOException {
    Path file = file("query\tpoint\tgrade\n0\t7\t1\n" + line.replace('|', '\t') + "\n");
    MalformedFileException refused =
        assertThrows(MalformedFileException.class, () -> JudgmentsFile.read(file));
    assertEquals("line 3", refused.place());
    assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    assertTrue(refused.getMessage().contains("judged.tsv"), refused.getMessage());
  }

  @Test
  void whatIsNoTextIsRefused() throws IOException {
    Path file = folder.resolve("judged.tsv");
    Files.write(file, "0\t\u00ff\t1\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThrows(MalformedFileException.class, () -> JudgmentsFile.read(file));
  }
}
