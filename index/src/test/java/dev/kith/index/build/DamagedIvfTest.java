package dev.kith.index.build;

import static dev.kith.index.build.DamagedSegment.number;
import static dev.kith.index.build.DamagedSegment.rewritten;
import static dev.kith.index.build.SegmentFixture.linked;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Codecs;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.store.SectionFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Files with an inverted file that are damaged, or were never right, are not opened.
final class DamagedIvfTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.COSINE);

  @TempDir Path folder;

  @Test
  void aHeaderThatContradictsItselfIsRefused() throws IOException {
    Path file = sealed(new Codec.Rabitq(0));
    assertRefused(number(file, IvfLayout.IVF, 0, -1), "lists asked for");
    assertRefused(number(file, IvfLayout.IVF, 0, 65_537), "lists asked for");
    assertRefused(number(file, IvfLayout.IVF, 4, 0), "a number of lists");
    assertRefused(number(file, IvfLayout.IVF, 4, 65_537), "a number of lists");
    assertRefused(number(file, IvfLayout.IVF, 4, 19), "section 'centroids'");
    assertRefused(number(file, IvfLayout.IVF, 8, 7), "codec 0 to 6");
    assertRefused(number(file, IvfLayout.IVF, 8, -1), "codec 0 to 6");
    assertRefused(number(file, IvfLayout.IVF, 8, 3), "as the codec int8 has");
    assertRefused(number(file, IvfLayout.IVF, 12, 3), "as the codec rabitq has");
    assertRefused(number(file, IvfLayout.IVF, 12, 1), "section 'codes'");
    assertRefused(number(file, IvfLayout.IVF, 16, 0), "lists to read");
    assertRefused(number(file, IvfLayout.IVF, 44, 1), "as the codec rabitq has");
    assertRefused(number(file, IvfLayout.IVF, 44, 9), "bits as the codec rabitq has");
    assertRefused(number(file, IvfLayout.IVF, 44, -1), "bits as the codec rabitq has");
    for (float factor : new float[] {0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
      int bits = Float.floatToIntBits(factor);
      assertRefused(number(file, IvfLayout.IVF, 20, bits), "factor of at least 1");
    }
    assertRefused(number(file, SealedLayout.SEGMENT, 0, 1), "index 1 or 2");
    assertRefused(number(file, SealedLayout.SEGMENT, 0, 9), "version 1 to 8");
    assertRefused(number(file, SealedLayout.SEGMENT, 0, 6), "index 4");
    assertRefused(number(file, SealedLayout.SEGMENT, 0, 5), "section 'codes'");
    assertRefused(number(file, SealedLayout.SEGMENT, 12, 0), "codec 5 to 6");
    assertRefused(number(file, SealedLayout.SEGMENT, 12, 1), "codec 5 to 6");
    assertRefused(number(file, SealedLayout.SEGMENT, 12, 4), "section 'spilled'");
    assertRefused(number(file, SealedLayout.SEGMENT, 12, 5), "codec 5 to 6");
    assertRefused(number(file, SealedLayout.SEGMENT, 24, 99), "section 'order'");
    assertRefused(number(file, SealedLayout.SEGMENT, 56, 4), "no codec");
    Path levels = sealed(new Codec.Rabitq(4));
    assertRefused(number(levels, SealedLayout.SEGMENT, 12, 1), "index 3");
    assertRefused(number(levels, SealedLayout.SEGMENT, 12, 4), "index 3");
    assertRefused(number(levels, IvfLayout.IVF, 44, 5), "as the codec rabitq has");
    assertRefused(number(levels, IvfLayout.IVF, 12, 5), "as the codec rabitq has");
    Path words = sealed(new Codec.Pq(0, false));
    assertRefused(number(words, IvfLayout.IVF, 44, 1), "bits as the codec pq has");
    assertRefused(number(words, IvfLayout.IVF, 12, 0), "as the codec pq has");
    assertRefused(number(words, IvfLayout.IVF, 12, 1041), "as the codec pq has");
    assertRefused(number(words, IvfLayout.IVF, 12, 21), "codes of its rows");
    assertRefused(number(words, IvfLayout.IVF, 8, 6), "section 'rotation'");
    assertRefused(number(words, IvfLayout.IVF, 44, 5), "bits as the codec pq has");
    assertRefused(number(words, IvfLayout.IVF, 44, -4), "bits as the codec pq has");
    assertRefused(number(words, IvfLayout.IVF, 44, 8), "section 'words'");
    Path turned = sealed(new Codec.Pq(8, true));
    assertRefused(number(turned, IvfLayout.IVF, 12, 4), "section 'codes'");
    assertRefused(number(turned, IvfLayout.IVF, 44, 0), "section 'words'");
    int two = Float.floatToIntBits(2);
    assertRefused(number(turned, WordSections.ROTATION, 0, two), "row 0 of a rotation");
    assertRefused(
        number(turned, WordSections.ROTATION, 0, Float.floatToIntBits(Float.NaN)), "row 0");
    assertRefused(number(sealed(new Codec.F16()), IvfLayout.IVF, 44, 4), "bits as the codec f16");
    assertRefused(number(sealed(new Codec.F32()), IvfLayout.IVF, 12, 1), "as the codec f32 has");
  }

  @Test
  void aTuningThatNobodyMeasuredIsRefused() throws IOException {
    Path file = sealed(new Codec.Rabitq(0));
    assertRefused(number(file, TuningSections.TUNING, 4, -1), "a recall above 0.0 and below 1");
    assertRefused(number(file, TuningSections.TUNING, 28, 0), "a recall above 0.8 and below 1");
    assertRefused(number(file, TuningSections.TUNING, 124, 0x3ff00000), "below 1");
    for (int wrong : new int[] {0, -1, 65_537}) {
      assertRefused(number(file, TuningSections.TUNING, 8, wrong), "a number of lists to read");
      assertRefused(number(file, TuningSections.TUNING, 36, wrong), "a number of lists to wait");
    }
    for (float factor : new float[] {0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
      int bits = Float.floatToIntBits(factor);
      assertRefused(number(file, TuningSections.TUNING, 16, bits), "factor of at least 1");
    }
    assertRefused(rewritten(file, TuningSections.TUNING, bytes -> bytes.asSlice(0, 0)), "'tuning'");
  }

  @Test
  void listsAndOrdersThatAreNoneAreRefused() throws IOException {
    Path file = sealed(new Codec.F32());
    assertRefused(number(file, IvfLayout.LISTS, 0, 1), "a first list from row 0 on");
    assertRefused(number(file, IvfLayout.LISTS, 0, -1), "lists in order");
    assertRefused(number(file, IvfLayout.LISTS, 12, 101), "lists in order");
    assertRefused(number(file, IvfLayout.LISTS, 80, 99), "lists");
    assertRefused(number(file, IvfLayout.LISTS, 80, 101), "lists of 100 rows");
    assertRefused(number(file, IvfLayout.ORDER, 40, -1), "an ordinal below 100");
    assertRefused(number(file, IvfLayout.ORDER, 40, 100), "an ordinal below 100");
  }

  /// Of 100 rows in 20 lists: 21 starts, and then the rows.
  @Test
  void rowsInSecondListsThatAreNotThereOnceAreRefused() throws IOException {
    Path file = sealed(new Codec.F32(), true);
    int last;
    int second;
    try (SectionFile sections = SectionFile.open(file)) {
      MemorySegment spilled = sections.section(IvfLayout.SPILLED);
      last = spilled.getAtIndex(SealedLayout.INT, 120);
      second = spilled.getAtIndex(SealedLayout.INT, 22);
      assertTrue(spilled.getAtIndex(SealedLayout.INT, 1) > 1, "the first list has two such rows");
    }
    assertRefused(number(file, IvfLayout.SPILLED, 0, 1), "a first list from row 0 on");
    assertRefused(number(file, IvfLayout.SPILLED, 12, 101), "lists in order");
    assertRefused(number(file, IvfLayout.SPILLED, 80, 99), "lists");
    assertRefused(number(file, IvfLayout.SPILLED, 84, -1), "spilled rows in order");
    assertRefused(number(file, IvfLayout.SPILLED, 84, 100), "spilled rows in order");
    assertRefused(number(file, IvfLayout.SPILLED, 84, second), "spilled rows in order");
    assertRefused(number(file, IvfLayout.SPILLED, 84, 0), "spilled rows of other lists");
    assertRefused(number(file, IvfLayout.SPILLED, 84, second - 1), "rows that are spilled once");
    assertRefused(number(file, IvfLayout.SPILLED, 480, last + 1), "spilled");
  }

  @Test
  void sectionsThatAreMissingOrTooShortAreRefused() throws IOException {
    for (Codecs named : Codecs.values()) {
      Codec codec = named.codec();
      Path file = sealed(codec, named == Codecs.RABITQ || named == Codecs.F32);
      List<String> names;
      try (SectionFile sections = SectionFile.open(file)) {
        names = List.copyOf(sections.names());
      }
      for (String name : names) {
        boolean isNew = name.equals(TuningSections.TUNING) || name.equals(TuningSections.WIDTHS);
        if (!isNew) { // Old files have none.
          assertRefused(rewritten(file, name, _ -> null), "section '%s'".formatted(name));
        }
        assertRefused(
            rewritten(file, name, bytes -> bytes.asSlice(0, bytes.byteSize() - 4)),
            "section '%s'".formatted(name));
      }
    }
  }

  @Test
  void anOrderThatOnlySortsWrongIsFoundByVerify() throws IOException {
    Path file = sealed(new Codec.F32());
    try (SealedSegment segment = SealedSegment.open(number(file, IvfLayout.ORDER, 40, 0), SPACE)) {
      assertFalse(segment.verify().isEmpty());
    }
  }

  @ParameterizedTest(name = "{0}, seed 3")
  @EnumSource(Codecs.class)
  void aFlippedBitAnywhereIsFound(Codecs named) throws IOException {
    Codec codec = named.codec();
    byte[] whole = Files.readAllBytes(sealed(codec));
    Path flipped = folder.resolve("flipped");
    Random random = new Random(3);
    for (int i = 0; i < 50; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(flipped, damaged);
      assertThrows(CorruptFileException.class, () -> SealedSegment.open(flipped, SPACE));
    }
  }

  private Path sealed(Codec codec) throws IOException {
    return sealed(codec, false);
  }

  /// A hundred rows in twenty lists, or in two of twenty.
  private Path sealed(Codec codec, boolean spill) throws IOException {
    Path file = folder.resolve("sealed" + codec);
    IndexSpec index = new IndexSpec.Ivf(new IvfParams(0, 5, spill), codec);
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 100, 4, 12), index)) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    return file;
  }

  private static void assertRefused(Path file, String expected) {
    DamagedSegment.assertRefused(file, SPACE, expected);
  }
}
