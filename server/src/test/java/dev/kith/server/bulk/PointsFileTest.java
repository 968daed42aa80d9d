package dev.kith.server.bulk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.LinkOrder;
import dev.kith.index.store.SectionFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PointsFileTest {
  private static final HexFormat HEX = HexFormat.of();

  @TempDir Path folder;

  private Path write(Metric metric) throws IOException {
    Path out = folder.resolve("made");
    IndexFolderWriter.Definition definition =
        new IndexFolderWriter.Definition(
            new VectorSpace(2, metric), new IndexSpec.Flat(), 1_000, LinkOrder.NATURAL);
    IndexFolderWriter.Listener silent =
        new IndexFolderWriter.Listener() {
          @Override
          public void linked(long rows) {}

          @Override
          public void sealing(int segment, long done, long total) {}
        };
    try (IndexFolderWriter writer = IndexFolderWriter.create(out, definition, 1, silent)) {
      // (1, 2) and (-0.5, 0), little-endian.
      writer.append(MemorySegment.ofArray(HEX.parseHex("0000803f00000040")), 0);
      writer.append(MemorySegment.ofArray(HEX.parseHex("000000bf00000000")), 0);
      Iterator<byte[]> ids = List.of(new byte[] {1, 2, 3}, new byte[] {9}).iterator();
      writer.finish(ids::next);
    }
    return out;
  }

  @Test
  void isTheSameBytesForever() throws IOException {
    Path file = write(Metric.COSINE).resolve(IndexFolder.POINTS);
    try (SectionFile sections = SectionFile.open(file)) {
      assertEquals(List.of("vectors", "ids", "points"), List.copyOf(sections.names()));
      assertBytes("0000803f00000040000000bf00000000", sections.section("vectors"));
      assertBytes("0300010203010009", sections.section("ids"));
      assertBytes("01000000020000000200000000000000" + "00".repeat(16), sections.section("points"));
    }
  }

  private static void assertBytes(String hex, MemorySegment section) {
    assertEquals(hex, HEX.formatHex(section.toArray(ValueLayout.JAVA_BYTE)));
  }

  @Test
  void givesTheRowsBackAndRefusesToReadBeyondThem() throws IOException {
    IndexFolder opened = IndexFolder.open(write(Metric.DOT));
    try (PointsFile points = opened.openPoints(() -> false)) {
      assertEquals(2, points.points());
      assertArrayEquals(new byte[] {1, 2, 3}, points.nextId());
      assertArrayEquals(new byte[] {9}, points.nextId());
      assertThrows(CorruptFileException.class, points::nextId);
    }
    Path file = folder.resolve("made").resolve(IndexFolder.POINTS);
    assertThrows(CorruptFileException.class, () -> PointsFile.open(file, 3, 2));
    assertThrows(CorruptFileException.class, () -> PointsFile.open(file, 2, 3));
  }
}
