package dev.kith.index.build;

import static dev.kith.index.build.DamagedSegment.number;
import static dev.kith.index.build.DamagedSegment.rewritten;
import static dev.kith.index.build.SegmentFixture.linked;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files of scans and graphs whose rows are words, and that are not what they say.
final class DamagedWordsTest {
  private static final VectorSpace SPACE = new VectorSpace(20, Metric.EUCLIDEAN);
  private static final int CODEC = 56;
  private static final int BITS = 44;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void bitsAndCodecsThatContradictTheSectionsAreRefused(boolean graph) throws IOException {
    Path plain = sealed(graph, new Codec.Pq(0, false));
    for (int wrong : new int[] {1, 5, 7}) {
      assertRefused(header(plain, BITS, wrong), "bits as the codec pq has");
    }
    for (int wrong : new int[] {-4, 9, 16}) {
      assertRefused(header(plain, BITS, wrong), "codes of at most 8 bits");
    }
    assertRefused(header(plain, BITS, 4), "section 'words'");
    assertRefused(header(plain, CODEC, 6), "section 'rotation'");
    assertRefused(header(plain, CODEC, 7), "codec 5 to 6");
    assertRefused(header(plain, CODEC, 3), "codec 5 to 6");
    assertRefused(header(plain, 0, 1), "no codec");
    Path turned = sealed(graph, new Codec.Pq(4, true));
    assertRefused(header(turned, BITS, 0), "section 'words'");
    int two = Float.floatToIntBits(2);
    assertRefused(number(turned, WordSections.ROTATION, 0, two), "row 0 of a rotation");
    int none = Float.floatToIntBits(Float.NaN);
    assertRefused(number(turned, WordSections.ROTATION, 128, none), "row 1 of a rotation");
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void sectionsThatAreMissingOrOfAnotherLengthAreRefused(boolean graph) throws IOException {
    Path file = sealed(graph, new Codec.Pq(8, true));
    for (String name : List.of(SealedLayout.CODES, WordSections.WORDS, WordSections.ROTATION)) {
      String expected = "section '%s'".formatted(name);
      assertRefused(rewritten(file, name, _ -> null), expected);
      for (int less : new int[] {4, 64}) {
        assertRefused(
            rewritten(file, name, bytes -> bytes.asSlice(0, bytes.byteSize() - less)), expected);
      }
      assertRefused(rewritten(file, name, bytes -> bytes.asSlice(0, 0)), expected);
    }
  }

  @Test
  void aFlippedBitAnywhereIsFound_seed3() throws IOException {
    byte[] whole = Files.readAllBytes(sealed(false, new Codec.Pq(4, true)));
    Path flipped = folder.resolve("flipped");
    Random random = new Random(3);
    for (int i = 0; i < 50; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(flipped, damaged);
      assertThrows(CorruptFileException.class, () -> SealedSegment.open(flipped, SPACE));
    }
  }

  private Path sealed(boolean graph, Codec codec) throws IOException {
    IndexSpec index =
        graph
            ? new IndexSpec.Hnsw(new HnswParams(8, 40, 5), Layout.COMPACT, codec)
            : new IndexSpec.Flat(codec);
    Path file = folder.resolve("sealed" + codec.name());
    try (GrowingSegment growing = linked(Mixture.of(SPACE, 100, 4, 12), index)) {
      growing.seal(file, 1, 1, SealProgress.IGNORED);
    }
    return file;
  }

  private static Path header(Path file, long offset, int value) throws IOException {
    return number(file, SealedLayout.SEGMENT, offset, value);
  }

  private static void assertRefused(Path file, String expected) {
    DamagedSegment.assertRefused(file, SPACE, expected);
  }
}
