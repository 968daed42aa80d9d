package dev.kith.bench.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.file.NpyWriter;
import dev.kith.client.file.VectorFile;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.LinkOrder;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.server.bulk.IndexFolder;
import dev.kith.server.bulk.IndexFolderWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class IndexBuildTest {
  private static final int DIMENSION = 8;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ToolProvider.findFirst("kith-index")
        .orElseThrow()
        .run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  private Path vectors(int rows) throws IOException {
    Random random = new Random(rows);
    float[] values = new float[rows * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Path file = folder.resolve("vectors.npy");
    NpyWriter.write(file, DIMENSION, values);
    return file;
  }

  @Test
  void aFileBecomesAFolderAndAReport() throws Exception {
    Path file = vectors(2_500);
    Path made = folder.resolve("made");
    int status =
        run(
            "build",
            file.toString(),
            "--out",
            made.toString(),
            "--metric",
            "euclidean",
            "--m",
            "8",
            "--ef-construction",
            "60",
            "--segment-points",
            "1000",
            "--threads",
            "2",
            "--layout",
            "fast",
            "--json");
    assertEquals(0, status, err::toString);
    assertTrue(
        err.toString().contains("building 2,500 vectors of 8 dimensions in 3 segments"),
        err::toString);
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertEquals(2_500, report.get("vectors").intValue());
    assertEquals(3, report.get("segments").intValue());
    assertTrue(report.get("recall_at_10").doubleValue() > 0.97, report::toString);
    assertTrue(report.get("vectors_per_second").doubleValue() > 0, report::toString);
    assertTrue(report.get("peak_resident_bytes").longValue() > 1 << 20, report::toString);
    assertTrue(report.get("bytes_per_vector").doubleValue() > 4 * DIMENSION, report::toString);
    IndexFolder opened = IndexFolder.open(made);
    assertEquals(
        new IndexSpec.Hnsw(new HnswParams(8, 60, 1), Layout.FAST), opened.manifest().index());
    assertEquals(new VectorSpace(DIMENSION, Metric.EUCLIDEAN), opened.manifest().space());

    assertEquals(1, run("build", file.toString(), "--out", made.toString()));
    assertTrue(err.toString().contains("is there already"), err::toString);
  }

  @Test
  void aFolderSaysTheCodecItIsWalkedOn() throws Exception {
    Path file = vectors(1_200);
    Path made = folder.resolve("made");
    String[] build = {"build", file.toString(), "--out", made.toString(), "--codec"};
    assertEquals(0, run(Stream.concat(Stream.of(build), Stream.of("int8")).toArray(String[]::new)));
    assertTrue(out.toString().contains("layout=compact codec=int8"), out::toString);
    assertEquals(
        new IndexSpec.Hnsw(new HnswParams(16, 200, 1), Layout.COMPACT, new Codec.Int8()),
        IndexFolder.open(made).manifest().index());
    String other = folder.resolve("other").toString();
    assertEquals(
        1, run("build", file.toString(), "--out", other, "--codec", "pq", "--codec-bits", "5"));
    assertTrue(err.toString().contains("bits must be 4 or 8"), err::toString);
    assertEquals(1, run("build", file.toString(), "--out", other, "--codec", "pc"));
    assertTrue(err.toString().contains("rabitq, pq or opq, got pc"), err::toString);
    assertEquals(
        1, run("build", file.toString(), "--out", other, "--codec", "f16", "--layout", "fast"));
    assertTrue(err.toString().contains("f16 is for the layout COMPACT, got FAST"), err::toString);
    assertEquals(1, run("build", file.toString(), "--out", other, "--codec-bits", "4"));
    assertTrue(err.toString().contains("bits are of a codec"), err::toString);
    String[] flat = {"build", file.toString(), "--out", other, "--index", "flat"};
    String[] bits = {"--codec", "rabitq", "--codec-bits", "4"};
    assertEquals(0, run(Stream.of(flat, bits).flatMap(Stream::of).toArray(String[]::new)));
    assertTrue(out.toString().contains("flat codec=rabitq codec_bits=4"), out::toString);
    assertEquals(
        new IndexSpec.Flat(new Codec.Rabitq(4)),
        IndexFolder.open(Path.of(other)).manifest().index());
  }

  @Test
  void aFolderSaysThePrefixesThatItsSegmentsHave() throws Exception {
    Path file = vectors(1_200);
    Path made = folder.resolve("made");
    String[] build = {"build", file.toString(), "--index", "ivf", "--out"};
    assertEquals(
        0, run(with(build, made.toString(), "--prefixes", "2,4", "--basis", "pca")), err::toString);
    assertTrue(
        out.toString().contains("ivf lists=auto codec=f32 prefixes=2,4 basis=pca, in"),
        out::toString);
    assertEquals(
        new IndexSpec.Ivf(
            new IvfParams(0, 1), new Codec.Prefix(Basis.PCA, List.of(2, 4), new Codec.F32())),
        IndexFolder.open(made).manifest().index());
    Path coded = folder.resolve("coded");
    assertEquals(
        0, run(with(build, coded.toString(), "--codec", "int8", "--prefixes", "4")), err::toString);
    assertTrue(out.toString().contains("codec=int8 prefixes=4 basis=as-is"), out::toString);
    assertEquals(
        new IndexSpec.Ivf(
            new IvfParams(0, 1), new Codec.Prefix(Basis.AS_IS, List.of(4), new Codec.Int8())),
        IndexFolder.open(coded).manifest().index());

    String other = folder.resolve("other").toString();
    assertEquals(1, run(with(build, other, "--prefixes", "4,2")));
    assertTrue(err.toString().contains("must be above 0 and ascend"), err::toString);
    assertEquals(1, run(with(build, other, "--prefixes", "4," + (DIMENSION + 1))));
    assertTrue(err.toString().contains("width must be in [1, "), err::toString);
    assertEquals(1, run(with(build, other, "--prefixes", "wide")));
    assertTrue(err.toString().contains("widths such as 32,64,128, got 'wide'"), err::toString);
    assertEquals(1, run(with(build, other, "--basis", "own")));
    assertTrue(err.toString().contains("basis must be as-is or pca, got own"), err::toString);
    assertEquals(1, run(with(build, other, "--codec", "int8", "--prefixes", "2,4")));
    assertTrue(err.toString().contains("the codec int8 codes one prefix"), err::toString);
    String[] fast = {"build", file.toString(), "--out", other, "--layout", "fast"};
    assertEquals(1, run(with(fast, "--basis", "pca")));
    assertTrue(
        err.toString().contains("prefixes are for the layout COMPACT, got FAST"), err::toString);
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void listsAreBuiltWithCodesAndTheirRecallIsTold() throws Exception {
    Path file = vectors(2_500);
    Path made = folder.resolve("made");
    assertEquals(
        0,
        run("build", file.toString(), "--out", made.toString(), "--index", "ivf"),
        err::toString);
    assertTrue(out.toString().contains("ivf lists=auto codec=rabitq, in"), out::toString);
    assertTrue(out.toString().contains("recall"), out::toString);
    assertEquals(
        new IndexSpec.Ivf(new IvfParams(0, 1), new Codec.Rabitq(0)),
        IndexFolder.open(made).manifest().index());
  }

  @Test
  void theOrderOfLinkingIsSaidAndChangesTheGraphButNotTheRows() throws Exception {
    Path file = vectors(2_500);
    for (String order : List.of("natural", "near", "lid")) {
      String made = folder.resolve(order).toString();
      assertEquals(
          0,
          run(
              "build",
              file.toString(),
              "--out",
              made,
              "--link-order",
              order,
              "--m",
              "8",
              "--segment-points",
              "1000",
              "--threads",
              "1"),
          err::toString);
      assertTrue(out.toString().contains("linked in " + order + " order"), out::toString);
    }
    IndexFolder natural = IndexFolder.open(folder.resolve("natural"));
    for (String order : List.of("near", "lid")) {
      IndexFolder ordered = IndexFolder.open(folder.resolve(order));
      assertEquals(natural.manifest().index(), ordered.manifest().index());
      assertEquals(natural.manifest().pointsFile(), ordered.manifest().pointsFile());
      for (int number = 0; number < 3; number++) {
        assertTrue(Files.mismatch(natural.segmentFile(number), ordered.segmentFile(number)) >= 0);
        try (SealedSegment segment =
            SealedSegment.open(ordered.segmentFile(number), ordered.manifest().space())) {
          assertEquals(List.of(), segment.verify());
        }
      }
    }
  }

  @Test
  void whatIsWrongIsSaidBeforeAnythingIsBuilt() throws Exception {
    Path file = vectors(10);
    String made = folder.resolve("made").toString();
    assertEquals(2, run());
    assertEquals(2, run("build", file.toString()));
    assertEquals(2, run("build", file.toString(), "--out", made, "--threads", "0"));
    assertEquals(2, run("build", file.toString(), "--out", made, "--segment-points", "7"));
    assertEquals(1, run("build", file.toString(), "--out", made, "--metric", "far"));
    assertEquals(1, run("build", file.toString(), "--out", made, "--layout", "wide"));
    assertEquals(1, run("build", file.toString(), "--out", made, "--link-order", "random"));
    assertTrue(err.toString().contains("near, natural or lid, got random"), err::toString);
    assertEquals(
        1, run("build", file.toString(), "--out", made, "--link-order", "lid", "--index", "flat"));
    assertTrue(err.toString().contains("links nothing"), err::toString);
    Path ids = folder.resolve("ids.txt");
    for (List<String> lines :
        List.of(List.of("1", "2"), List.of("a", "b", "a", "c", "d", "e", "f", "g", "h", "i"))) {
      Files.write(ids, lines);
      assertEquals(1, run("build", file.toString(), "--out", made, "--ids", ids.toString()));
      assertTrue(err.toString().contains("ids.txt: line 3: expected"), err::toString);
    }
    Path texts = folder.resolve("texts.jsonl");
    Files.writeString(texts, "{\"id\": 1, \"vector\": [1, 2]}\n");
    assertEquals(1, run("build", texts.toString(), "--out", made));
    assertTrue(err.toString().contains("kith import"), err::toString);
    float[] zero = new float[3 * DIMENSION];
    zero[0] = 1;
    Path zeros = folder.resolve("zeros.npy");
    NpyWriter.write(zeros, DIMENSION, zero);
    assertEquals(1, run("build", zeros.toString(), "--out", made));
    assertTrue(err.toString().contains("zeros.npy: row 1: a zero vector"), err::toString);
    assertFalse(Files.exists(folder.resolve("made")));
    assertFalse(Files.exists(folder.resolve("made.building")));
  }

  @Test
  void whatDoesNotFitInMemoryIsRefusedWithWhatWould() throws Exception {
    try (VectorFile source = VectorFile.open(vectors(50_000))) {
      IndexFolderWriter.Definition definition =
          new IndexFolderWriter.Definition(
              new VectorSpace(DIMENSION, Metric.DOT),
              new IndexSpec.Hnsw(HnswParams.defaults(), Layout.COMPACT),
              1_000_000,
              LinkOrder.NATURAL);
      IndexBuild build =
          new IndexBuild(
              new IndexBuild.Settings(folder.resolve("made"), definition, 1, null), source);
      long rows = 50_000L * (64 + 133 + 20 + 4 + 133 + 16);
      assertEquals(rows, build.memoryBytes() - Runtime.getRuntime().maxMemory());
      build.requireMemory(build.memoryBytes());
      build.requireMemory(0); // Unknown.
      String message =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class,
                      () -> build.requireMemory(build.memoryBytes() - rows / 2))
                  .getMessage());
      assertTrue(message.contains("--segment-points 25000 would fit"), message);
    }
  }
}
