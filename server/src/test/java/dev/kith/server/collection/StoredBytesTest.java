package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import dev.kith.index.relevance.Thresholds;
import dev.kith.index.relevance.TrainedModel;
import dev.kith.index.relevance.ZScore;
import dev.kith.index.trial.IndexTrial;
import dev.kith.server.refusal.RefusedException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The bytes that are on disks out there. If one of these fails, the format has changed: raise the
/// record's version and go on reading the old one; do not edit the expected bytes.
final class StoredBytesTest {

  private static void assertBytes(String expected, byte[] actual) {
    assertEquals(expected.replace(" ", ""), HexFormat.of().formatHex(actual));
  }

  @Test
  void idsAreTheSameBytesForever() {
    assertBytes("01 0000000000000007", new PointId.Number(7).toKey());
    assertBytes("01 ffffffffffffffff", new PointId.Number(-1).toKey());
    assertBytes(
        "02 00112233445566778899aabbccddeeff",
        new PointId.Uuid(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")).toKey());
    assertBytes("03 c3a9", new PointId.Text("é").toKey());
  }

  @Test
  void keysAreTheSameBytesForever() {
    assertBytes("63 00000005", Keys.meta(Keys.COLLECTION, 5));
    assertBytes("6d 00000005", Keys.meta(Keys.MANIFEST, 5));
    assertBytes("73 00000005", Keys.meta(Keys.STATE, 5));
    assertBytes("69 00000005 6162", Keys.session(5, "ab"));
    assertBytes("00000005 010000000000000007", Keys.point(5, new PointId.Number(7).toKey()));
    assertBytes("00000005 0000000000000102", Keys.row(5, 258));
    assertBytes("4e", Keys.nextNumber());
    assertBytes("72 00000005 6162", Keys.relevanceModel(5, "ab"));
    assertBytes("64 00000005", Keys.meta(Keys.RELEVANCE, 5));
  }

  @Test
  void recordsAreTheSameBytesForever() {
    assertBytes("01 0000000000000009 000000000000000a", new PointRecord(9, 10).encode());
    assertBytes(
        "01 0000000000000003 0000000000000009 000000000000000a",
        new StateRecord(3, 9, 10).encode());
    assertBytes(
        "01 0000000000000004 0000000000000009 00000000000003e8",
        new SessionRecord(4, 9, Instant.ofEpochMilli(1000)).encode());
    assertBytes("01 7b7d", Records.payload("{}".getBytes(StandardCharsets.UTF_8)));
    assertBytes("01", Records.tombstone());
    assertBytes(
        "01 0000000000000009 0002 0341 0000803f 00000040",
        RowRecord.encode(
            9,
            new PointId.Text("A").toKey(),
            MemorySegment.ofArray(Points.bytes(new float[] {1, 2})),
            0,
            8));
    assertBytes(
        "01 0000000000000007 00000001"
            + "0000000000000002 0000000000000003 0000000000000004 0000000000000005"
            + "0000000000000006",
        new Manifest(7, List.of(new Manifest.Entry(2, 3, 4, 5, 6))).encode());
  }

  @Test
  void definitionsAreTheSameBytesForeverAndComeBack() {
    CollectionRecord hnsw =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Hnsw(new HnswParams(16, 200, 5), Layout.COMPACT),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 02 00000010 000000c8 0000000000000005"
            + " 61",
        hnsw.encode());
    assertEquals(hnsw, CollectionRecord.decode(hnsw.encode()));
    CollectionRecord fast =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Hnsw(new HnswParams(16, 200, 5), Layout.FAST),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 03 00000010 000000c8 0000000000000005"
            + " 61",
        fast.encode());
    assertEquals(fast, CollectionRecord.decode(fast.encode()));
    CollectionRecord deferred =
        new CollectionRecord(fast.spec().withIndexingDeferred(true), fast.created());
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 13 00000010 000000c8 0000000000000005"
            + " 61",
        deferred.encode());
    assertEquals(deferred, CollectionRecord.decode(deferred.encode()));
    CollectionRecord coded =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Hnsw(new HnswParams(16, 200, 5), Layout.COMPACT, new Codec.Int8()),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 04 00000010 000000c8 0000000000000005"
            + " 03 61",
        coded.encode());
    assertEquals(coded, CollectionRecord.decode(coded.encode()));
    CollectionRecord lists =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Ivf(new IvfParams(9, 5), new Codec.Pq(0, false)),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 05 00000009 0000000000000005 05 61",
        lists.encode());
    assertEquals(lists, CollectionRecord.decode(lists.encode()));
    CollectionRecord spilled =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Ivf(new IvfParams(9, 5, true), new Codec.Pq(0, false)),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 07 00000009 0000000000000005 05 61",
        spilled.encode());
    assertEquals(spilled, CollectionRecord.decode(spilled.encode()));
    CollectionRecord measured =
        new CollectionRecord(
            lists.spec().withAuto(Optional.of(new AutoIndex(OptionalInt.of(258)))),
            lists.created());
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 25 00000009 0000000000000005 05 00000102"
            + " 61",
        measured.encode());
    assertEquals(measured, CollectionRecord.decode(measured.encode()));
    CollectionRecord unbounded =
        new CollectionRecord(
            deferred.spec().withAuto(Optional.of(new AutoIndex(OptionalInt.empty()))),
            lists.created());
    assertEquals(unbounded, CollectionRecord.decode(unbounded.encode()));
    CollectionRecord bits =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Flat(new Codec.Rabitq(8)),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes("01 00000000000003e8 00000003 03 00000064 000003e8 06 84 61", bits.encode());
    assertEquals(bits, CollectionRecord.decode(bits.encode()));
    CollectionRecord words =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Hnsw(
                    new HnswParams(16, 200, 5), Layout.COMPACT, new Codec.Pq(8, true)),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000003 03 00000064 000003e8 04 00000010 000000c8 0000000000000005"
            + " 86 61",
        words.encode());
    assertEquals(words, CollectionRecord.decode(words.encode()));
    CollectionRecord prefixes =
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(8, Metric.EUCLIDEAN),
                new IndexSpec.Ivf(new IvfParams(9, 5), new Codec.Prefix(Basis.PCA, List.of(3, 6))),
                100,
                1000),
            Instant.ofEpochMilli(1000));
    assertBytes(
        "01 00000000000003e8 00000008 03 00000064 000003e8 05 00000009 0000000000000005 08 01 02"
            + " 00000003 00000006 61",
        prefixes.encode());
    assertEquals(prefixes, CollectionRecord.decode(prefixes.encode()));
    for (IndexSpec index :
        List.of(
            new IndexSpec.Flat(new Codec.Prefix(Basis.AS_IS, List.of())),
            new IndexSpec.Flat(new Codec.Prefix(Basis.PCA, List.of(8), new Codec.Pq(4, true))),
            new IndexSpec.Hnsw(
                new HnswParams(16, 200, 5),
                Layout.COMPACT,
                new Codec.Prefix(Basis.AS_IS, List.of(1, 2, 3), new Codec.Rabitq(8))))) {
      CollectionRecord of =
          new CollectionRecord(
              new CollectionSpec("a", new VectorSpace(8, Metric.EUCLIDEAN), index, 100, 1000),
              Instant.ofEpochMilli(1000));
      assertEquals(of, CollectionRecord.decode(of.encode()));
      byte[] cut = Arrays.copyOf(of.encode(), of.encode().length - 2);
      assertThrows(RefusedException.class, () -> CollectionRecord.decode(cut));
    }
    CollectionRecord flat =
        new CollectionRecord(
            CollectionSpec.of("b", new VectorSpace(3, Metric.COSINE), new IndexSpec.Flat()),
            Instant.ofEpochMilli(1));
    assertEquals(flat, CollectionRecord.decode(flat.encode()));
  }

  private static IndexChoice choice() {
    IndexSpec lists = new IndexSpec.Ivf(new IvfParams(9, 5), new Codec.Pq(0, false));
    return new IndexChoice(
        new IndexTrial.Verdict(
            lists,
            List.of(
                new IndexTrial.Candidate(lists, 1000, 0.5, 24),
                new IndexTrial.Candidate(new IndexSpec.Flat(), 2, 1, 512)),
            20_000,
            10_000,
            12.5,
            "so"),
        7,
        9,
        Instant.ofEpochMilli(1000));
  }

  @Test
  void aChoiceIsTheSameBytesForeverAndComesBack() {
    IndexChoice choice = choice();
    String lists = "05 00000009 0000000000000005 05";
    assertBytes(
        "01 00000000000003e8 0000000000000009 0000000000000007 0000000000004e20 00002710"
            + " 4029000000000000"
            + lists
            + " 00000002"
            + lists
            + " 408f400000000000 3fe0000000000000 4038000000000000"
            + " 01 4000000000000000 3ff0000000000000 4080000000000000"
            + " 736f",
        ChoiceRecord.encode(choice));
    assertEquals(choice, ChoiceRecord.decode(ChoiceRecord.encode(choice)));
  }

  @Test
  void aChoiceThatIsCutOrCannotBeIsDataLoss() {
    byte[] whole = ChoiceRecord.encode(choice());
    for (int length = 0; length < whole.length - 2; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(RefusedException.class, () -> ChoiceRecord.decode(cut), "of " + length);
    }
    byte[] endless = whole.clone();
    endless[63] = 127; // Highest byte of the number of candidates.
    assertThrows(RefusedException.class, () -> ChoiceRecord.decode(endless));
  }

  @Test
  void aDefinitionFromBeforeThereWereLayoutsIsOfACompactGraph() {
    byte[] old =
        HexFormat.of()
            .parseHex(
                "0100000000000003e80000000303000000640000"
                    + "03e80200000010000000c8000000000000000561");
    assertEquals(
        new CollectionRecord(
            new CollectionSpec(
                "a",
                new VectorSpace(3, Metric.EUCLIDEAN),
                new IndexSpec.Hnsw(new HnswParams(16, 200, 5), Layout.COMPACT),
                100,
                1000),
            Instant.ofEpochMilli(1000)),
        CollectionRecord.decode(old));
  }

  @Test
  void aDefinitionThatCannotBeIsDataLoss() {
    byte[] fast =
        new CollectionRecord(
                Points.spec("c", Metric.DOT, 1000, Layout.FAST), Instant.ofEpochMilli(1000))
            .encode();
    int dimension = 9;
    int kind = 22;
    assertThrows(
        RefusedException.class, () -> CollectionRecord.decode(Arrays.copyOf(fast, kind + 16)));
    assertDamaged("an index of kind 1 to 7, found kind 8", fast, kind, 8);
    assertDamaged("an index of kind 1 to 7, found kind 0", fast, kind, 0);
    assertDamaged("got 6 of int8", fast, kind, 4); // What follows is the name, a 0x63.
    assertDamaged("a codec from 1 to 6, found 0", fast, kind, 6); // And of m the zeros.
    // The second lowest byte of the dimension: 16 * 256 + 6.
    assertDamaged("at most 4096 dimensions, got 4102", fast, dimension + 2, 16);
  }

  private static void assertDamaged(String message, byte[] record, int offset, int changed) {
    byte[] damaged = record.clone();
    damaged[offset] = (byte) changed;
    RefusedException refused =
        assertThrows(RefusedException.class, () -> CollectionRecord.decode(damaged));
    assertTrue(refused.refusal().message().contains(message), () -> refused.refusal().message());
  }

  @Test
  void idsOrderAsTheirKeysDo() {
    List<PointId> ascending =
        List.of(
            new PointId.Number(0),
            new PointId.Number(Long.MAX_VALUE),
            new PointId.Number(Long.MIN_VALUE),
            new PointId.Number(-1),
            new PointId.Uuid(new UUID(0, 1)),
            new PointId.Uuid(new UUID(-1, 0)),
            new PointId.Text("a"),
            new PointId.Text("ab"),
            new PointId.Text("b"),
            new PointId.Text("\uFFFD"),
            new PointId.Text("\uD83D\uDE00"));
    for (int i = 0; i + 1 < ascending.size(); i++) {
      byte[] low = ascending.get(i).toKey();
      byte[] high = ascending.get(i + 1).toKey();
      assertEquals(-1, Integer.signum(Arrays.compareUnsigned(low, high)), "at " + i);
      assertEquals(ascending.get(i), PointId.fromKey(low));
    }
  }

  @Test
  void whatIsNoKeyIsRefusedAndNeverReadOutOfBounds() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = (byte) random.nextInt(5);
      }
      try {
        assertArrayEquals(bytes, PointId.fromKey(bytes).toKey());
      } catch (IllegalArgumentException refused) {
        assertEquals(IllegalArgumentException.class, refused.getClass());
      }
    }
    assertThrows(IllegalArgumentException.class, () -> new PointId.Text(""));
    assertThrows(IllegalArgumentException.class, () -> new PointId.Text("x".repeat(513)));
    assertThrows(IllegalArgumentException.class, () -> new PointId.Text("\uD800"));
    assertEquals(513, new PointId.Text("x".repeat(512)).toKey().length);
  }

  @Test
  void aCutOrForeignRecordIsDataLoss() {
    byte[] point = new PointRecord(9, 10).encode();
    assertThrows(RefusedException.class, () -> PointRecord.decode(Arrays.copyOf(point, 16)));
    point[0] = 2;
    assertThrows(RefusedException.class, () -> PointRecord.decode(point));
    byte[] row = RowRecord.encode(9, new byte[] {3, 65}, MemorySegment.ofArray(new byte[8]), 0, 8);
    assertThrows(RefusedException.class, () -> RowRecord.decode(row, 3));
    row[9] = 127;
    assertThrows(RefusedException.class, () -> RowRecord.decode(row, 2));
    assertThrows(
        RefusedException.class, () -> Manifest.decode(Arrays.copyOf(Manifest.EMPTY.encode(), 40)));
  }

  private static KeptModel model(int dimension) {
    TrainedModel trained =
        new TrainedModel(
            ZScore.RULE,
            100,
            dimension,
            Metric.COSINE,
            Thresholds.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new KeptModel("m", 3, Instant.ofEpochMilli(1000), 7, 20, 2000, trained);
  }

  @Test
  void modelsOfRelevanceAreTheSameBytesForever() {
    KeptModel model = model(6);
    byte[] stored = KeptModelRecord.encode(model);
    assertBytes(
        "01 0000000000000003 00000000000003e8 0000000000000007 0000000000000014"
            + "00000000000007d0"
            + HexFormat.of().formatHex(model.trained().encode()),
        stored);
    assertEquals(model, KeptModelRecord.decode("m", stored, new VectorSpace(6, Metric.COSINE)));
    assertBytes("01 0000000000000009 6162", new RelevanceRecord("ab", 9).encode());
    assertEquals(
        new RelevanceRecord("ab", 9),
        RelevanceRecord.decode(new RelevanceRecord("ab", 9).encode()));
  }

  @Test
  void aModelThatIsDamagedOrOfAnotherSpaceIsRefusedByName() {
    byte[] stored = KeptModelRecord.encode(model(6));
    for (VectorSpace other :
        List.of(new VectorSpace(5, Metric.COSINE), new VectorSpace(6, Metric.DOT))) {
      RefusedException refused =
          assertThrows(RefusedException.class, () -> KeptModelRecord.decode("m", stored, other));
      assertTrue(
          refused.refusal().message().contains("model of relevance m"),
          refused.refusal().message());
    }
    VectorSpace space = new VectorSpace(6, Metric.COSINE);
    for (int length = 0; length < stored.length; length++) {
      byte[] cut = Arrays.copyOf(stored, length);
      assertThrows(RefusedException.class, () -> KeptModelRecord.decode("m", cut, space));
    }
    for (int at = 41; at < stored.length; at++) {
      byte[] flipped = stored.clone();
      flipped[at] ^= 1;
      assertThrows(RefusedException.class, () -> KeptModelRecord.decode("m", flipped, space));
    }
  }
}
