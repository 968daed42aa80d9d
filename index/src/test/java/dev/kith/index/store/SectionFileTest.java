package dev.kith.index.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.store.SectionFile.Verification;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SectionFileTest {

  @TempDir private Path folder;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void givesBackEverySectionAsItWasWritten(long seed) throws IOException {
    Random random = new Random(seed);
    Map<String, byte[]> written = new LinkedHashMap<>();
    Path file = folder.resolve("random.kseg");
    try (SectionFileWriter writer = SectionFileWriter.create(file)) {
      int sections = random.nextInt(8);
      for (int i = 0; i < sections; i++) {
        byte[] bytes =
            new byte[random.nextInt(4) == 0 ? random.nextInt(3 << 20) : random.nextInt(200)];
        random.nextBytes(bytes);
        writer.begin("section-" + i);
        appendInPieces(writer, bytes, random);
        written.put("section-" + i, bytes);
      }
      writer.commit();
      assertEquals(Files.size(file) - 64 - 64L * sections, writer.bytesWritten());
    }
    for (Verification verification : Verification.values()) {
      try (SectionFile read = SectionFile.open(file, verification)) {
        assertEquals(new ArrayList<>(written.keySet()), new ArrayList<>(read.names()));
        assertEquals(Files.size(file), read.bytes());
        for (Map.Entry<String, byte[]> entry : written.entrySet()) {
          MemorySegment section = read.section(entry.getKey(), entry.getValue().length);
          assertArrayEquals(entry.getValue(), section.toArray(ValueLayout.JAVA_BYTE));
          assertEquals(0, section.address() % 64);
          assertTrue(section.isReadOnly());
          assertFalse(section.isMapped(), "a class of its own, which slows kernels down");
        }
      }
    }
  }

  // Files written by old versions exist in the world. If this fails, the format has changed: raise
  // VERSION and keep reading the old one; do not edit the expected bytes. (They were computed by
  // another program than ours.)
  @Test
  void aFileIsTheSameBytesForever() throws IOException {
    String golden =
        "4b49544853454700" // KITHSEG
            + "01000000" // version
            + "02000000" // sections
            + "c001000000000000" // 448 bytes
            + "94ac36b0" // checksum of the table
            + "00".repeat(32)
            + "6c11ede1" // checksum of the header
            + "68656c6c6f" // section a: hello
            + "00".repeat(59)
            + "01".repeat(65) // section b
            + "00".repeat(63)
            + "61" // entry of a
            + "00".repeat(31)
            + "4000000000000000" // at 64
            + "0500000000000000" // 5 bytes
            + "4cbb719a" // checksum
            + "00".repeat(12)
            + "62" // entry of b
            + "00".repeat(31)
            + "8000000000000000" // at 128
            + "4100000000000000" // 65 bytes
            + "803ff32e" // checksum
            + "00".repeat(12)
            + "4b495448454e4400" // KITHEND
            + "c001000000000000" // 448 bytes
            + "c74b6748" // checksum of the header
            + "00".repeat(40)
            + "0bab88b4"; // checksum of the footer
    assertEquals(golden, HexFormat.of().formatHex(Files.readAllBytes(sample())));

    Path file = folder.resolve("golden.kseg");
    Files.write(file, HexFormat.of().parseHex(golden));
    try (SectionFile read = SectionFile.open(file)) {
      assertArrayEquals(
          "hello".getBytes(US_ASCII), read.section("a").toArray(ValueLayout.JAVA_BYTE));
      assertEquals(65, read.section("b").byteSize());
    }
  }

  @ParameterizedTest
  @EnumSource(Verification.class)
  void everyFlippedBitIsFound(Verification verification) throws IOException {
    byte[] good = Files.readAllBytes(sample());
    Path file = folder.resolve("flipped.kseg");
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(file, bad);
      boolean inSection = isInside(bit / 8, 64, 5) || isInside(bit / 8, 128, 65);
      if (inSection && verification == Verification.STRUCTURE) {
        SectionFile.open(file, verification).close();
      } else {
        CorruptFileException damage =
            assertThrows(
                CorruptFileException.class,
                () -> SectionFile.open(file, verification).close(),
                "bit " + bit);
        assertEquals(file, damage.file());
        assertTrue(damage.toString().contains("flipped.kseg"), damage.toString());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Verification.class)
  void everyTruncationAndEveryExtensionIsFound(Verification verification) throws IOException {
    byte[] good = Files.readAllBytes(sample());
    Path file = folder.resolve("cut.kseg");
    for (int length = 0; length < good.length + 200; length++) {
      if (length == good.length) {
        continue;
      }
      Files.write(file, Arrays.copyOf(good, length));
      assertThrows(
          CorruptFileException.class,
          () -> SectionFile.open(file, verification).close(),
          length + " bytes");
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void noRandomDamageIsServed(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] good = Files.readAllBytes(sample());
    Path file = folder.resolve("damaged.kseg");
    for (int round = 0; round < 500; round++) {
      byte[] bad = good.clone();
      int from = random.nextInt(bad.length);
      int to = Math.min(bad.length, from + 1 + random.nextInt(100));
      if (random.nextBoolean()) {
        Arrays.fill(bad, from, to, (byte) 0);
      } else {
        for (int i = from; i < to; i++) {
          bad[i] = (byte) random.nextInt(256);
        }
      }
      if (Arrays.equals(good, bad)) {
        continue;
      }
      Files.write(file, bad);
      assertThrows(CorruptFileException.class, () -> SectionFile.open(file).close());
    }
  }

  /// Someone who can compute checksums is not stopped by them: every number is checked as well.
  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 6, 64, 1L << 40})
  void aLyingLengthWithRightChecksumsIsFound(long lie) throws IOException {
    byte[] bytes = Files.readAllBytes(sample());
    MemorySegment image = MemorySegment.ofArray(bytes);
    MemorySegment table = image.asSlice(bytes.length - 64 - 128, 128);
    table.set(SectionFormat.LONG, 40, lie);
    resign(image, table);
    Path file = folder.resolve("lying.kseg");
    Files.write(file, bytes);
    assertThrows(CorruptFileException.class, () -> SectionFile.open(file).close());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 3, 65, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void aLyingCountWithRightChecksumsIsFound(int lie) throws IOException {
    byte[] bytes = Files.readAllBytes(sample());
    MemorySegment image = MemorySegment.ofArray(bytes);
    image.set(SectionFormat.INT, 12, lie);
    resign(image, image.asSlice(bytes.length - 64 - 128, 128));
    Path file = folder.resolve("lying.kseg");
    Files.write(file, bytes);
    assertThrows(CorruptFileException.class, () -> SectionFile.open(file).close());
  }

  @Test
  void aNameThatIsNotOneIsReportedWithoutItsControlCharacters() throws IOException {
    byte[] bytes = Files.readAllBytes(sample());
    MemorySegment image = MemorySegment.ofArray(bytes);
    MemorySegment table = image.asSlice(bytes.length - 64 - 128, 128);
    table.set(ValueLayout.JAVA_BYTE, 0, (byte) '\n');
    resign(image, table);
    Path file = folder.resolve("named.kseg");
    Files.write(file, bytes);
    CorruptFileException damage =
        assertThrows(CorruptFileException.class, () -> SectionFile.open(file).close());
    assertEquals("'?'", damage.found());
  }

  @Test
  void aNewerVersionIsRefusedWithBothVersions() throws IOException {
    byte[] bytes = Files.readAllBytes(sample());
    bytes[8] = 2;
    Path file = folder.resolve("newer.kseg");
    Files.write(file, bytes);
    CorruptFileException refused =
        assertThrows(CorruptFileException.class, () -> SectionFile.open(file).close());
    assertEquals("format version 1", refused.expected());
    assertEquals("2", refused.found());
  }

  @Test
  void aMissingFileOrSectionIsSaidToBeMissing() throws IOException {
    assertThrows(NoSuchFileException.class, () -> SectionFile.open(folder.resolve("none")));
    try (SectionFile file = SectionFile.open(sample())) {
      CorruptFileException missing =
          assertThrows(CorruptFileException.class, () -> file.section("graph"));
      assertEquals("[a, b]", missing.found());
      assertThrows(CorruptFileException.class, () -> file.section("a", 6));
    }
  }

  @Test
  void aWriterClosedWithoutCommitLeavesTheOldFileAndNothingElse() throws IOException {
    byte[] before = Files.readAllBytes(sample());
    try (SectionFileWriter writer = SectionFileWriter.create(folder.resolve("sample.kseg"))) {
      writer.begin("other");
      writer.append(MemorySegment.ofArray(new byte[100]));
    }
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("sample.kseg")));
    assertEquals(List.of("sample.kseg"), fileNames());
  }

  @Test
  void replacingAFileLeavesThoseWhoHaveItMappedTheirOldBytes() throws IOException {
    Path path = sample();
    try (SectionFile old = SectionFile.open(path)) {
      try (SectionFileWriter writer = SectionFileWriter.create(path)) {
        writer.begin("a");
        writer.append(MemorySegment.ofArray(new byte[] {9}));
        writer.commit();
      }
      assertEquals('h', old.section("a").get(ValueLayout.JAVA_BYTE, 0));
      try (SectionFile replaced = SectionFile.open(path)) {
        assertEquals(9, replaced.section("a").get(ValueLayout.JAVA_BYTE, 0));
      }
    }
    assertEquals(List.of("sample.kseg"), fileNames());
  }

  @Test
  void theRemainsOfACrashedAttemptAreReplaced() throws IOException {
    Files.writeString(folder.resolve("sample.kseg.tmp"), "half a file");
    SectionFile.open(sample()).close();
    assertEquals(List.of("sample.kseg"), fileNames());
  }

  @Test
  void misuseOfTheWriterIsRefused() throws IOException {
    try (SectionFileWriter writer = SectionFileWriter.create(folder.resolve("misused.kseg"))) {
      MemorySegment bytes = MemorySegment.ofArray(new byte[4]);
      assertThrows(IllegalStateException.class, () -> writer.append(bytes));
      for (String name : List.of("", "A", "a/b", "../a", "a".repeat(33), "ä")) {
        assertThrows(IllegalArgumentException.class, () -> writer.begin(name), name);
      }
      writer.begin("a");
      assertThrows(IndexOutOfBoundsException.class, () -> writer.append(bytes, 1, 4));
      assertThrows(IllegalArgumentException.class, () -> writer.begin("a"));
      for (int i = 1; i < 64; i++) {
        writer.begin("s" + i);
      }
      assertThrows(IllegalArgumentException.class, () -> writer.begin("one-too-many"));
      writer.commit();
      assertThrows(IllegalStateException.class, writer::commit);
      assertThrows(IllegalStateException.class, () -> writer.begin("late"));
    }
    try (SectionFile file = SectionFile.open(folder.resolve("misused.kseg"))) {
      assertEquals(64, file.names().size());
    }
  }

  @Test
  void aClosedFileCannotBeRead() throws IOException {
    SectionFile file = SectionFile.open(sample());
    MemorySegment section = file.section("a");
    file.close();
    assertFalse(section.scope().isAlive());
  }

  private Path sample() throws IOException {
    Path file = folder.resolve("sample.kseg");
    try (Arena arena = Arena.ofConfined();
        SectionFileWriter writer = SectionFileWriter.create(file)) {
      writer.begin("a");
      writer.append(arena.allocateFrom("hello"), 0, 5);
      writer.begin("b");
      MemorySegment ones = arena.allocate(65);
      ones.fill((byte) 1);
      writer.append(ones);
      writer.commit();
    }
    return file;
  }

  private List<String> fileNames() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static boolean isInside(int at, int from, int length) {
    return at >= from && at < from + length;
  }

  /// Makes every checksum right again.
  private static void resign(MemorySegment image, MemorySegment table) {
    MemorySegment header = image.asSlice(0, 64);
    header.set(SectionFormat.INT, 24, SectionFormat.checksum(table));
    header.set(SectionFormat.INT, 60, SectionFormat.checksum(header.asSlice(0, 60)));
    MemorySegment footer = image.asSlice(image.byteSize() - 64, 64);
    footer.set(SectionFormat.INT, 16, SectionFormat.checksum(header));
    footer.set(SectionFormat.INT, 60, SectionFormat.checksum(footer.asSlice(0, 60)));
  }

  private static void appendInPieces(SectionFileWriter writer, byte[] bytes, Random random)
      throws IOException {
    MemorySegment source = MemorySegment.ofArray(bytes);
    for (int done = 0; done < bytes.length; ) {
      int step = Math.min(bytes.length - done, 1 + random.nextInt(1 << 20));
      writer.append(source, done, step);
      done += step;
    }
  }
}
