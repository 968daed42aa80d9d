package dev.kith.server.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.server.bulk.IndexManifest.Segment;
import dev.kith.server.bulk.IndexManifest.StoredFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IndexManifestTest {

  private static IndexManifest random(Random random) {
    List<Segment> segments = new ArrayList<>();
    long points = 0;
    for (int i = random.nextInt(5); i >= 0; i--) {
      Segment segment =
          new Segment(
              random.nextInt(1, 1_000_000),
              new StoredFile(random.nextLong(1, Long.MAX_VALUE), random.nextInt()));
      segments.add(segment);
      points += segment.rows();
    }
    HnswParams params =
        new HnswParams(random.nextInt(2, 40), random.nextInt(40, 400), random.nextLong());
    IndexSpec index =
        switch (random.nextInt(6)) {
          case 0 -> new IndexSpec.Flat(Codec.numbered(random.nextInt(5), 0));
          case 4 ->
              new IndexSpec.Ivf(
                  new IvfParams(random.nextInt(100), random.nextLong(), random.nextBoolean()),
                  Codec.numbered(random.nextInt(6), 0));
          case 5 ->
              new IndexSpec.Hnsw(
                  params, Layout.COMPACT, new Codec.Rabitq(random.nextInt(Codec.MAX_BITS + 1)));
          case 1 -> new IndexSpec.Hnsw(params, Layout.FAST);
          case 2 -> new IndexSpec.Hnsw(params, Layout.COMPACT);
          default ->
              new IndexSpec.Hnsw(params, Layout.COMPACT, Codec.numbered(random.nextInt(5), 0));
        };
    return new IndexManifest(
        new VectorSpace(random.nextInt(1, 4_000), List.of(Metric.values()).get(random.nextInt(3))),
        index,
        random.nextInt(1, 100_000_000),
        points,
        new StoredFile(random.nextLong(1, Long.MAX_VALUE), random.nextInt()),
        segments);
  }

  @Test
  void isTheSameBytesForeverAndComesBack() {
    IndexManifest manifest =
        new IndexManifest(
            new VectorSpace(3, Metric.COSINE),
            new IndexSpec.Hnsw(new HnswParams(16, 200, -1), Layout.FAST),
            1_000,
            7,
            new StoredFile(100, 0x89ABCDEF),
            List.of(new Segment(7, new StoredFile(200, 1))));
    String compact = new String(manifest.encode(), UTF_8).replaceAll("\\s", "");
    assertEquals(
        "{\"crc32c\":\"%s\",\"manifest\":{\"format\":\"kith-index\",\"version\":1,"
                .formatted(compact.substring(11, 19))
            + "\"dimension\":3,\"metric\":\"cosine\",\"index\":{\"kind\":\"hnsw\",\"m\":16,"
            + "\"ef_construction\":200,\"seed\":\"-1\",\"layout\":\"fast\"},"
            + "\"segment_points\":1000,\"points\":7,"
            + "\"points_file\":{\"bytes\":100,\"crc32c\":\"89abcdef\"},"
            + "\"segments\":[{\"rows\":7,\"bytes\":200,\"crc32c\":\"00000001\"}]}}",
        compact);
    assertEquals(manifest, IndexManifest.decode(manifest.encode()));
    assertEquals(manifest, IndexManifest.decode(compact.getBytes(UTF_8)), "spaces do not count");
  }

  @Test
  void aCodecIsSaidBehindTheLayoutAndGoesWithTheCompactOne() {
    IndexManifest manifest =
        new IndexManifest(
            new VectorSpace(3, Metric.COSINE),
            new IndexSpec.Hnsw(new HnswParams(16, 200, 5), Layout.COMPACT, new Codec.Int8()),
            1_000,
            7,
            new StoredFile(100, 1),
            List.of(new Segment(7, new StoredFile(200, 1))));
    String text = new String(manifest.encode(), UTF_8);
    assertTrue(
        text.replaceAll("\\s", "").contains("\"layout\":\"compact\",\"codec\":\"int8\"}"), text);
    assertEquals(manifest, IndexManifest.decode(manifest.encode()));
    assertWrong("crc32c", text.replace("int8", "f16").getBytes(UTF_8));
  }

  @Test
  void bitsAreSaidBehindTheCodecIfTheyWereAskedFor() {
    IndexManifest manifest =
        new IndexManifest(
            new VectorSpace(3, Metric.COSINE),
            new IndexSpec.Flat(new Codec.Rabitq(4)),
            1_000,
            7,
            new StoredFile(100, 1),
            List.of(new Segment(7, new StoredFile(200, 1))));
    String text = new String(manifest.encode(), UTF_8);
    assertTrue(
        text.replaceAll("\\s", "")
            .contains("{\"kind\":\"flat\",\"codec\":\"rabitq\",\"codec_bits\":4}"),
        text);
    assertEquals(manifest, IndexManifest.decode(manifest.encode()));
  }

  @Test
  void ofWhatPrefixesCodesAreIsSaidBehindThem() {
    IndexManifest manifest =
        new IndexManifest(
            new VectorSpace(8, Metric.COSINE),
            new IndexSpec.Flat(new Codec.Prefix(Basis.PCA, List.of(2, 4), new Codec.Pq(4, false))),
            1_000,
            7,
            new StoredFile(100, 1),
            List.of(new Segment(7, new StoredFile(200, 1))));
    String text = new String(manifest.encode(), UTF_8);
    assertTrue(
        text.replaceAll("\\s", "")
            .contains(
                "\"codec\":\"pq\",\"codec_bits\":4,"
                    + "\"prefixes\":{\"basis\":\"pca\",\"widths\":[2,4]}}"),
        text);
    assertEquals(manifest, IndexManifest.decode(manifest.encode()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverItSaysComesBack(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      IndexManifest manifest = random(random);
      assertEquals(manifest, IndexManifest.decode(manifest.encode()));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void damageIsRefusedOrMeansNothing(long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      IndexManifest manifest = random(random);
      byte[] bytes = damaged(manifest.encode(), random);
      try {
        assertEquals(manifest, IndexManifest.decode(bytes), () -> new String(bytes, UTF_8));
      } catch (IllegalArgumentException expected) {
        assertTrue(String.valueOf(expected.getMessage()).length() > 5);
        refused++;
      }
    }
    assertTrue(refused > 2_000, refused + " refused");
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] damaged = bytes.clone();
    switch (random.nextInt(4)) {
      case 0 -> damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      case 2 -> {
        int at = random.nextInt(damaged.length);
        Arrays.fill(damaged, at, Math.min(damaged.length, at + 20), (byte) random.nextInt());
      }
      default -> {
        int from = random.nextInt(damaged.length);
        int to = random.nextInt(damaged.length);
        int length = Math.min(random.nextInt(40), damaged.length - Math.max(from, to));
        System.arraycopy(bytes, from, damaged, to, length);
      }
    }
    return damaged;
  }

  @Test
  void saysWhatIsWrong() {
    byte[] bytes = random(new Random(1)).encode();
    assertWrong("expected JSON", "no".getBytes(UTF_8));
    assertWrong("fields", "[]".getBytes(UTF_8));
    assertWrong("fields", new byte[0]);
    String text = new String(bytes, UTF_8);
    assertWrong("version 2", text.replaceAll("\"version\" : 1", "\"version\" : 2").getBytes(UTF_8));
    assertWrong(
        "crc32c",
        text.replaceAll("\"segment_points\" : ", "\"segment_points\" : 1").getBytes(UTF_8));
  }

  private static void assertWrong(String expected, byte[] bytes) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> IndexManifest.decode(bytes))
                .getMessage());
    assertTrue(message.contains(expected), message);
  }
}
