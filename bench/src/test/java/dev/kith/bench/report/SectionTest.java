package dev.kith.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SectionTest {
  private final Section section =
      new Section(
          "Title", List.of("A note."), List.of("name", "us"), List.of(List.of("a", "1,234.5")));

  @Test
  void isATableOnATerminal() {
    StringWriter out = new StringWriter();
    section.print(new PrintWriter(out));
    assertEquals(
        List.of("", "Title", "A note.", "", "name       us", "a     1,234.5"),
        out.toString().lines().toList());
  }

  @Test
  void isATableWithPicturesInAFile() {
    assertEquals(
        """
        ## Title

        A note.

        | name | us |
        | --- | --- |
        | a | 1,234.5 |

        ![Title](a.png)

        """,
        section.with(List.of("a.png")).markdown());
  }
}
