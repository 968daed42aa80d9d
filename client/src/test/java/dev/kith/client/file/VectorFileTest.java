package dev.kith.client.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.Payload;
import dev.kith.client.PointId;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.DatasetCreationOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VectorFileTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"a.npy", "half.npy", "a.fvecs", "a.bvecs", "a.ivecs", "a.hdf5", "a.jsonl"})
  void everyFormatGivesBackTheRowsThatWereWrittenInBatchesOfAnySize(String name)
      throws IOException {
    int dimension = 7;
    float[] written = TestFiles.integers(1000 * dimension);
    Path file = TestFiles.write(folder.resolve(name), written, dimension);
    for (int batchRows : new int[] {1, 3, 999, 1000, 5000}) {
      try (VectorFile rows = VectorFile.open(file)) {
        assertEquals(dimension, rows.dimension());
        if (!name.endsWith("jsonl")) {
          assertEquals(OptionalLong.of(1000), rows.count());
        }
        assertArrayEquals(written, TestFiles.readAll(rows, batchRows));
        assertEquals(1000, rows.position());
        assertNull(rows.next(1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.npy", "a.fvecs", "a.bvecs", "a.ivecs", "a.hdf5", "a.jsonl"})
  void readingGoesOnAtAnyRow(String name) throws IOException {
    int dimension = 5;
    float[] written = TestFiles.integers(300 * dimension);
    Path file = TestFiles.write(folder.resolve(name), written, dimension);
    try (VectorFile rows = VectorFile.open(file)) {
      for (int row : new int[] {100, 0, 299, 150, 300, 1}) {
        rows.seek(row);
        assertEquals(row, rows.position());
        assertArrayEquals(
            Arrays.copyOfRange(written, row * dimension, written.length),
            TestFiles.readAll(rows, 64));
      }
      rows.seek(1_000_000);
      assertNull(rows.next(1));
      assertThrows(IllegalArgumentException.class, () -> rows.seek(-1));
      assertThrows(IllegalArgumentException.class, () -> rows.next(0));
    }
  }

  @Test
  void batchesNumberTheirRowsWithinTheFile() throws IOException {
    Path file = TestFiles.write(folder.resolve("a.npy"), TestFiles.integers(100), 2);
    try (VectorFile rows = VectorFile.open(file)) {
      rows.seek(10);
      RowBatch batch = rows.next(15);
      assertNotNull(batch);
      assertEquals(10, batch.firstRow());
      assertEquals(15, batch.rows());
      assertEquals(Optional.empty(), batch.ids());
    }
  }

  @Test
  void aWrittenArrayIsTheSameBytesForever() throws IOException {
    Path file = folder.resolve("golden.npy");
    NpyWriter.write(file, 2, new float[] {1, -2, 0.5f, 3});

    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 0, 128, StandardCharsets.ISO_8859_1);
    assertEquals(
        "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
        header.strip());
    assertEquals('\n', header.charAt(127));
    ByteBuffer values = ByteBuffer.wrap(bytes, 128, 16).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(1f, values.getFloat());
    assertEquals(-2f, values.getFloat());
  }

  @Test
  void headersOfAllVersionsAndSpellingsAreRead() throws IOException {
    for (int version = 1; version <= 3; version++) {
      for (String dictionary :
          List.of(
              "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
              "{\"shape\":(1,2),\"descr\":\"<f4\",\"fortran_order\":False}",
              " { 'fortran_order' : False , 'shape' : ( 1 , 2 , ) , 'descr' : '<f4' } \n")) {
        Path file = folder.resolve("v.npy");
        Files.write(file, TestFiles.npy(version, dictionary, new float[] {3, 4}));
        try (VectorFile rows = VectorFile.open(file)) {
          assertArrayEquals(new float[] {3, 4}, TestFiles.readAll(rows, 9));
        }
      }
    }
  }

  @Test
  void anUnfinishedArrayIsRefused() throws IOException {
    Path file = folder.resolve("unfinished.npy");
    NpyWriter writer = NpyWriter.floats(file, 4);
    writer.append(new float[4 * 100_000]);
    MalformedFileException refusal =
        assertThrows(MalformedFileException.class, () -> VectorFile.open(file));
    assertTrue(refusal.getMessage().contains("0 elements"), refusal.getMessage());
    writer.close();
    try (VectorFile rows = VectorFile.open(file)) {
      assertEquals(OptionalLong.of(100_000), rows.count());
    }
  }

  @Test
  void whatAnArrayMayNotBeIsSaidWithTheRemedy() throws IOException {
    assertRefused("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", "astype('<f4')");
    assertRefused(
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "ascontiguousarray");
    assertRefused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "two axes");
    assertRefused("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0), }", "two axes");
    assertRefused(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 2), }", "elements");
    assertRefused("{'descr': '<f4', 'shape': (1, 2), }", "keys descr, fortran_order and shape");
    assertRefused("{'descr': '<f4', 'descr': '<f4', 'shape': (1, 2), }", "each key once");
    assertRefused("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), } x", "nothing but");
  }

  private void assertRefused(String dictionary, String words) throws IOException {
    Path file = folder.resolve("refused.npy");
    Files.write(file, TestFiles.npy(1, dictionary, new float[] {3, 4}));
    MalformedFileException refusal =
        assertThrows(MalformedFileException.class, () -> VectorFile.open(file));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertTrue(refusal.getMessage().startsWith(file.toString()), refusal.getMessage());
  }

  @Test
  void aFileOfAnUnknownEndingIsRefusedWithTheKnownOnes() {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> VectorFile.open(folder.resolve("a.parquet")));
    assertTrue(refusal.toString().contains(".npy, .fvecs"), refusal.toString());
  }

  @Test
  void compressedChunksAreRead() throws IOException {
    Path file = folder.resolve("chunked.hdf5");
    float[][] table = new float[100][3];
    for (int i = 0; i < 300; i++) {
      table[i / 3][i % 3] = i;
    }
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      hdf.putDataset(
          "test",
          table,
          DatasetCreationOptions.builder().chunkDimensions(16, 3).deflate(6).build());
    }
    try (VectorFile rows = VectorFile.open(file, "test")) {
      rows.seek(40);
      float[] read = TestFiles.readAll(rows, 7);
      assertEquals(180, read.length);
      assertEquals(120f, read[0]);
      assertEquals(299f, read[179]);
    }
  }

  @Test
  void aBenchmarkFileTellsItsDistanceAndItsDataSets() throws IOException {
    Path file = folder.resolve("glove.hdf5");
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      hdf.putAttribute("distance", "angular");
      hdf.putDataset("train", new float[][] {{1, 2}, {3, 4}});
      hdf.putDataset("neighbors", new int[][] {{1, 0}, {0, 1}});
    }
    assertEquals(Optional.of("angular"), Hdf5Vectors.distance(file));
    assertTrue(Hdf5Vectors.has(file, "neighbors"));
    IntMatrix neighbors = IntMatrix.read(file);
    assertArrayEquals(new int[] {1, 0, 0, 1}, neighbors.values());
    assertEquals(2, neighbors.columns());
    MalformedFileException missing =
        assertThrows(MalformedFileException.class, () -> VectorFile.open(file, "tset"));
    assertTrue(missing.getMessage().contains("[neighbors, train]"), missing.getMessage());
  }

  @Test
  void tablesOfIntsComeBackFromEveryFormat() throws IOException {
    int[] values = new Random(5).ints(60_000, 0, 1000).toArray();
    Path npy = folder.resolve("i.npy");
    NpyWriter.write(npy, new IntMatrix(600, 100, values));
    assertArrayEquals(values, IntMatrix.read(npy).values());

    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    IntMatrix ivecs = IntMatrix.read(TestFiles.write(folder.resolve("i.ivecs"), floats, 100));
    assertEquals(600, ivecs.rows());
    assertArrayEquals(values, ivecs.values());
    assertArrayEquals(Arrays.copyOfRange(values, 300, 400), ivecs.row(3));
    assertEquals(values[317], ivecs.get(3, 17));

    Path longs = folder.resolve("l.npy");
    byte[] header =
        TestFiles.npy(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", new float[0]);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(header);
    bytes.write(
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(5).putLong(-6).array());
    Files.write(longs, bytes.toByteArray());
    assertArrayEquals(new int[] {5, -6}, IntMatrix.read(longs).values());
  }

  @Test
  void linesCarryIdsAndPayloadsByteForByte() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Files.writeString(
        file,
        """
        {"id": 18446744073709551615, "vector": [1, 2e0], "payload": {"a" :  [1, {"é": "}"}]}}

        {"vector": [3, 4.5], "id": "123e4567-e89b-12d3-a456-426614174000", "payload": null}\r
        {"id": {"text": "123e4567-e89b-12d3-a456-426614174000"}, "vector": [5, 6]}
        {"id": "7", "vector": [7, 8], "payload": {}}\
        """);
    try (VectorFile rows = VectorFile.open(file)) {
      RowBatch batch = rows.next(100);
      assertNotNull(batch);
      assertArrayEquals(new float[] {1, 2, 3, 4.5f, 5, 6, 7, 8}, batch.vectors());
      UUID uuid = UUID.fromString("123e4567-e89b-12d3-a456-426614174000");
      assertEquals(
          List.of(PointId.of(-1), PointId.of(uuid), PointId.of(uuid.toString()), PointId.of("7")),
          batch.ids().orElseThrow());
      assertEquals(
          Arrays.asList(Payload.of("{\"a\" :  [1, {\"é\": \"}\"}]}"), null, null, Payload.of("{}")),
          batch.payloads().orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"vector\": [1, 2], \"text\": 3}",
        "{\"vector\": [1]}",
        "{\"vector\": []}",
        "{\"vector\": [1, \"2\"]}",
        "{\"vector\": [1, 1e99]}",
        "{\"vector\": [1, NaN]}",
        "{\"vector\": [1, 2], \"vector\": [1, 2]}",
        "{\"vector\": [1, 2]} {}",
        "{\"vector\": [1, 2], \"id\": 1}",
        "{\"vector\": [1, 2], \"payload\": [1]}",
        "{\"vector\": [1, 2], \"payload\": {]}",
        "{\"vector\": [1, 2]",
        "{\"id\": 1}",
        "[1, 2]",
        "nonsense",
      })
  void aBadLineIsNamedByItsNumber(String line) throws IOException {
    Path file = folder.resolve("bad.jsonl");
    Files.writeString(file, "{\"vector\": [1, 2]}\n\n" + line + "\n");
    try (VectorFile rows = VectorFile.open(file)) {
      MalformedFileException refusal =
          assertThrows(MalformedFileException.class, () -> rows.next(10));
      assertEquals("line 3", refusal.place());
      assertTrue(refusal.getMessage().contains("expected"), refusal.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "18446744073709551616", "\"\"", "true", "{\"uuid\": 1}"})
  void anUnacceptableIdIsRefused(String id) throws IOException {
    Path file = folder.resolve("bad.jsonl");
    Files.writeString(file, "{\"id\": %s, \"vector\": [1, 2]}".formatted(id));
    assertThrows(MalformedFileException.class, () -> VectorFile.open(file));
  }

  @Test
  void aLineWithoutEndIsRefusedBeforeItFillsMemory() throws IOException {
    Path file = folder.resolve("endless.jsonl");
    byte[] text = new byte[JsonLinesVectors.MAX_LINE_BYTES + 1];
    Arrays.fill(text, (byte) '[');
    Files.write(file, text);
    MalformedFileException refusal =
        assertThrows(MalformedFileException.class, () -> VectorFile.open(file));
    assertTrue(refusal.getMessage().contains("16777216 bytes a line"), refusal.getMessage());
  }

  @Test
  void rowsOfUnequalDimensionAreNamedByTheirOffset() throws IOException {
    Path file = TestFiles.write(folder.resolve("a.fvecs"), TestFiles.integers(30), 3);
    byte[] bytes = Files.readAllBytes(file);
    bytes[16 * 4] = 4;
    Files.write(file, bytes);
    try (VectorFile rows = VectorFile.open(file)) {
      MalformedFileException refusal =
          assertThrows(MalformedFileException.class, () -> rows.next(10));
      assertEquals("offset 64", refusal.place());
      assertEquals("4", refusal.found());
    }
  }
}
