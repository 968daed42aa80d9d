package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.schema;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.AdaptiveOptions;
import dev.kith.proto.v1.AutoIndex;
import dev.kith.proto.v1.Basis;
import dev.kith.proto.v1.Codec;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.LadderStep;
import dev.kith.proto.v1.ListSetting;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.Prefixes;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.proto.v1.StageWork;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Collections whose vectors have prefixes, and searches at several widths, over a socket.
final class PrefixesTest {
  private static final int DIMENSION = 40;
  private static final int POINTS = 1500;
  private static final int LIMIT = 10;
  private static final String NAME = "adaptive";
  private static final List<Integer> WIDTHS = List.of(4, 12, 30);
  private static final int ALL_LISTS = 65_536;

  @TempDir Path folder;

  private static IndexPolicy.Builder policy(String index) {
    IndexPolicy.Builder policy = IndexPolicy.newBuilder();
    return switch (index) {
      case "flat" -> policy.setFlat(FlatIndex.getDefaultInstance());
      case "hnsw" -> policy.setHnsw(HnswIndex.newBuilder().setSeed(5));
      case "ivf" -> policy.setIvf(IvfIndex.newBuilder().setSeed(5).setLists(30));
      default -> throw new AssertionError(index);
    };
  }

  private static CreateCollectionRequest request(
      String name, String index, UnaryOperator<VectorSchema.Builder> change) {
    return CreateCollectionRequest.newBuilder()
        .setName(name)
        .setVector(change.apply(schema(DIMENSION, Metric.METRIC_COSINE).toBuilder()))
        .setIndex(policy(index))
        .build();
  }

  private static VectorSchema create(
      RunningServer server, String index, UnaryOperator<VectorSchema.Builder> change) {
    return server
        .collections()
        .createCollection(request(NAME, index, change))
        .getCollection()
        .getVector();
  }

  private static UnaryOperator<VectorSchema.Builder> widths(Basis basis, Integer... widths) {
    return schema -> schema.addAllPrefixes(List.of(widths)).setBasis(basis);
  }

  /// Vectors the first coordinates of which vary most, in groups, as those of embeddings do.
  private static float[][] points(long seed) {
    Random random = new Random(seed);
    float[][] centres = new float[25][DIMENSION];
    float[][] points = new float[POINTS][DIMENSION];
    for (float[] centre : centres) {
      fill(centre, random, 1);
    }
    for (float[] point : points) {
      fill(point, random, 0.5);
      float[] centre = centres[random.nextInt(centres.length)];
      for (int i = 0; i < DIMENSION; i++) {
        point[i] += centre[i];
      }
    }
    return points;
  }

  private static void fill(float[] vector, Random random, double deviation) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (deviation * random.nextGaussian() / (1 + 0.2 * i));
    }
  }

  private static void load(RunningServer server, String name, float[][] points) {
    server.upsert(name, 0, points);
    optimize(server, name);
  }

  private static void optimize(RunningServer server, String name) {
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName(name).build())
        .forEachRemaining(progress -> {});
  }

  private static Collection describe(RunningServer server) {
    return server
        .collections()
        .getCollection(GetCollectionRequest.newBuilder().setName(NAME).build())
        .getCollection();
  }

  private static List<Hit> search(
      RunningServer server, String name, float[] query, SearchOptions.Builder options) {
    return server
        .searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(name)
                .setVector(vector(query))
                .setOptions(options.setLimit(LIMIT))
                .build())
        .getHitsList();
  }

  private static List<Long> ids(List<Hit> hits) {
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  private static SearchOptions.Builder options() {
    return SearchOptions.newBuilder();
  }

  private static SearchOptions.Builder adaptive(UnaryOperator<AdaptiveOptions.Builder> change) {
    return options().setAdaptive(change.apply(AdaptiveOptions.newBuilder()));
  }

  private static LadderStep step(int dims, int keep) {
    return LadderStep.newBuilder().setDims(dims).setKeep(keep).build();
  }

  @ParameterizedTest(name = "{0} {1}, seed {2}")
  @CsvSource({
    "flat, BASIS_AS_IS, 1",
    "flat, BASIS_PCA, 2",
    "hnsw, BASIS_AS_IS, 3",
    "hnsw, BASIS_PCA, 4",
    "ivf, BASIS_AS_IS, 5",
    "ivf, BASIS_PCA, 6"
  })
  void prefixesAreDescribedSearchedVerifiedAndKeptOverARestart(String index, Basis basis, long seed)
      throws IOException {
    float[][] points = points(seed);
    try (RunningServer server = new RunningServer(folder)) {
      VectorSchema made = create(server, index, widths(basis, 4, 12, 30));
      assertEquals(WIDTHS, made.getPrefixesList());
      assertEquals(basis, made.getBasis());
      assertEquals(Codec.CODEC_F32, made.getCodec());
      server.upsert(NAME, 0, points);
      assertAnswers(server, index, points); // While all of them are in the growing segment.
      optimize(server, NAME);
      assertAnswers(server, index, points);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(WIDTHS, describe(server).getVector().getPrefixesList());
      assertEquals(basis, describe(server).getVector().getBasis());
      assertAnswers(server, index, points);
      create(server, index, widths(basis, 4, 12, 30)); // Asked for again, it is the same.
    }
  }

  private static void assertAnswers(RunningServer server, String index, float[][] points) {
    assertEquals(
        List.of(),
        server
            .collections()
            .verifyCollection(VerifyCollectionRequest.newBuilder().setName(NAME).build())
            .getViolationsList());
    boolean ofLists = index.equals("ivf");
    SearchOptions.Builder narrow =
        adaptive(a -> (ofLists ? a.setCoarseDims(4) : a).setScanDims(12).setScanKeep(100));
    SearchOptions.Builder wide = options().setEf(200).setRescore(100);
    int found = 0;
    for (int query = 0; query < 30; query++) {
      List<Hit> exact = search(server, NAME, points[query], options().setExact(true));
      for (SearchOptions.Builder options :
          List.of(wide.clone(), narrow.clone().setEf(200).setNprobe(15))) {
        List<Hit> hits = search(server, NAME, points[query], options);
        assertEquals(LIMIT, hits.stream().distinct().count());
        for (Hit hit : hits) {
          // What whole vectors score does not depend on how it was found.
          int rank = ids(exact).indexOf(hit.getId().getNumber());
          assertTrue(rank < 0 || exact.get(rank).getScore() == hit.getScore());
          found += rank < 0 ? 0 : 1;
        }
      }
    }
    double recall = found / (30.0 * 2 * LIMIT);
    assertTrue(recall > 0.9, "recall " + recall);
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"BASIS_AS_IS, 11", "BASIS_PCA, 12"})
  void aCertifiedSearchIsThatOfWholeVectors(Basis basis, long seed) throws IOException {
    float[][] points = points(seed);
    try (RunningServer server = new RunningServer(folder)) {
      for (String index : List.of("flat", "ivf")) {
        String plain = "plain-" + index;
        String prefixed = "prefixed-" + index;
        server
            .collections()
            .createCollection(request(plain, index, s -> s.setCodec(Codec.CODEC_F32)));
        server.collections().createCollection(request(prefixed, index, widths(basis, 4, 12, 30)));
        load(server, plain, points);
        load(server, prefixed, points);
        for (int query = 0; query < 50; query++) {
          float[] near = moved(points[query], seed + query);
          for (int lists : new int[] {1, 7, ALL_LISTS}) {
            SearchOptions.Builder whole = adaptive(a -> a.setFullWidth(true)).setNprobe(lists);
            SearchOptions.Builder certified = adaptive(a -> a.setCertified(true)).setNprobe(lists);
            assertSame(
                search(server, prefixed, near, whole), search(server, prefixed, near, certified));
          }
          List<Hit> exact = search(server, plain, near, options().setExact(true));
          assertSame(exact, search(server, prefixed, near, options().setExact(true)));
          assertSame(
              exact,
              search(
                  server,
                  prefixed,
                  near,
                  adaptive(a -> a.setCertified(true)).setNprobe(ALL_LISTS)));
          assertSame(
              exact,
              search(server, prefixed, near, adaptive(a -> a.setFullWidth(true)).setExact(true)));
        }
      }
    }
  }

  /// To the last bit, but that the lanes of a register are added in another order before the kernel
  /// is compiled than after.
  private static void assertSame(List<Hit> expected, List<Hit> hits) {
    assertEquals(ids(expected), ids(hits));
    for (int i = 0; i < hits.size(); i++) {
      assertEquals(expected.get(i).getScore(), hits.get(i).getScore(), 1e-6);
    }
  }

  private static float[] moved(float[] point, long seed) {
    float[] moved = new float[DIMENSION];
    fill(moved, new Random(seed), 0.3);
    for (int i = 0; i < DIMENSION; i++) {
      moved[i] += point[i];
    }
    return moved;
  }

  /// Small whole numbers, so that every sum is exact and the naive twin ranks as the server does.
  @Test
  void aLadderIsTheNaiveOneAndRoundsUpToPrefixesThatThereAre_seed21() throws IOException {
    Random random = new Random(21);
    float[][] points = new float[POINTS][DIMENSION];
    for (float[] point : points) {
      for (int i = 0; i < DIMENSION; i++) {
        point[i] = random.nextInt(-9, 10);
      }
    }
    try (RunningServer server = new RunningServer(folder)) {
      create(
          server,
          "flat",
          schema ->
              widths(Basis.BASIS_AS_IS, 4, 12, 30).apply(schema.setMetric(Metric.METRIC_DOT)));
      load(server, NAME, points);
      for (int query = 0; query < 25; query++) {
        float[] asked = points[7 * query];
        assertEquals(
            naive(points, asked, step(4, 300), step(12, 90), step(30, 20)),
            search(
                server,
                asked,
                a ->
                    a.setScanDims(4)
                        .setScanKeep(300)
                        .addLadder(step(12, 90))
                        .addLadder(step(30, 20))));
        assertEquals(
            naive(points, asked, step(4, 360), step(30, 90)),
            search(server, asked, a -> a.setScanDims(3).addLadder(step(13, 90))));
        assertEquals(
            naive(points, asked, step(12, 60)),
            search(server, asked, a -> a.addLadder(step(5, 60))));
        assertEquals(
            naive(points, asked, step(4, 100)), search(server, asked, a -> a.setScanDims(1)));
        assertEquals(
            naive(points, asked, step(4, 33)),
            ids(search(server, NAME, asked, adaptive(a -> a.setScanDims(4)).setRescore(33))));
      }
    }
  }

  private static List<Long> search(
      RunningServer server, float[] query, UnaryOperator<AdaptiveOptions.Builder> change) {
    return ids(search(server, NAME, query, adaptive(change)));
  }

  private static List<Long> naive(float[][] points, float[] query, LadderStep... steps) {
    return naive(points, IntStream.range(0, points.length).toArray(), query, steps);
  }

  private static List<Long> naive(
      float[][] points, int[] rows, float[] query, LadderStep... steps) {
    int[] left = rows;
    for (LadderStep step : steps) {
      left = best(points, left, query, step.getDims(), step.getKeep());
    }
    return Arrays.stream(best(points, left, query, DIMENSION, LIMIT))
        .asLongStream()
        .boxed()
        .toList();
  }

  private static int[] best(float[][] points, int[] left, float[] query, int width, int keep) {
    return Arrays.stream(left)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer row) -> -product(points[row], query, width))
                .thenComparing(row -> row))
        .limit(keep)
        .mapToInt(row -> row)
        .toArray();
  }

  private static double product(float[] row, float[] query, int width) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += row[i] * query[i];
    }
    return sum;
  }

  /// Small whole numbers, as above.
  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"flat, 22", "ivf, 23", "hnsw, 24"})
  void aQueryOfTheFirstCoordinatesIsComparedAndScoredByTheseAlone(String index, long seed)
      throws IOException {
    Random random = new Random(seed);
    float[][] points = new float[POINTS][DIMENSION];
    for (float[] point : points) {
      for (int i = 0; i < DIMENSION; i++) {
        point[i] = random.nextInt(-99, 100);
      }
    }
    try (RunningServer server = new RunningServer(folder)) {
      create(
          server,
          index,
          schema ->
              widths(Basis.BASIS_AS_IS, 4, 12, 30).apply(schema.setMetric(Metric.METRIC_DOT)));
      server.upsert(NAME, 0, points);
      assertComparedAlone(server, points); // While all of them are in the growing segment.
      optimize(server, NAME);
      assertComparedAlone(server, points);
    }
  }

  private static void assertComparedAlone(RunningServer server, float[][] points) {
    int found = 0;
    int asked = 0;
    for (int width : WIDTHS) {
      for (int query = 0; query < 10; query++) {
        float[] first = Arrays.copyOf(points[11 * query], width);
        int[] all = IntStream.range(0, points.length).toArray();
        List<Integer> best = Arrays.stream(best(points, all, first, width, LIMIT)).boxed().toList();
        List<Hit> hits = search(server, NAME, first, options().setNprobe(ALL_LISTS).setEf(300));
        assertEquals(LIMIT, hits.size());
        for (Hit hit : hits) {
          int row = (int) hit.getId().getNumber();
          assertEquals((float) product(points[row], first, width), hit.getScore());
          found += best.contains(row) ? 1 : 0;
        }
        asked += LIMIT;
        assertEquals(
            hits,
            server
                .searches()
                .searchBatch(
                    SearchBatchRequest.newBuilder()
                        .setCollection(NAME)
                        .setVectors(RunningServer.matrix(first))
                        .setOptions(options().setNprobe(ALL_LISTS).setEf(300).setLimit(LIMIT))
                        .build())
                .getResults(0)
                .getHitsList());
        List<Hit> exact = search(server, NAME, first, options().setExact(true));
        assertEquals(best, exact.stream().map(hit -> (int) hit.getId().getNumber()).toList());
      }
    }
    assertTrue(found >= 0.95 * asked, found + " of " + asked);
  }

  @Test
  void aQueryOfFewCoordinatesNeedsAPrefixAsItIsAndTakesNoOtherWidths() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_AS_IS, 4, 12));
      server.upsert(NAME, 0, points(25)[0]);
      float[] four = {1, 2, 3, 4};
      StatusRuntimeException both =
          assertThrows(
              StatusRuntimeException.class,
              () -> search(server, NAME, four, adaptive(a -> a.setScanDims(4))));
      assertEquals("options.adaptive", field(both));
      assertTrue(both.toString().contains("has the first 4 alone"), both::toString);
      for (float[] wrong : List.of(new float[] {1, 2, 3}, new float[DIMENSION + 1])) {
        StatusRuntimeException failure =
            assertThrows(
                StatusRuntimeException.class, () -> search(server, NAME, wrong, options()));
        assertEquals("vector", field(failure));
        assertTrue(
            failure.toString().contains("40, or of that of a prefix, [4, 12], got " + wrong.length),
            failure::toString);
      }
      StatusRuntimeException zero =
          assertThrows(
              StatusRuntimeException.class, () -> search(server, NAME, new float[4], options()));
      assertTrue(zero.toString().contains("must not be zero"), zero::toString);
      assertPlan(server, "5 lists, first 4 dimensions alone over 1", four, options());
      update(server, u -> u.setPrefixes(prefixes(Basis.BASIS_PCA, 4, 12)));
      StatusRuntimeException learnt =
          assertThrows(StatusRuntimeException.class, () -> search(server, NAME, four, options()));
      assertEquals("vector", field(learnt));
      assertTrue(
          learnt.toString().contains("dimension, 40, got 4: queries of fewer are for prefixes"),
          learnt::toString);
    }
  }

  @Test
  void prefixesComeAndGoWhileACollectionLives() throws IOException {
    float[][] points = points(31);
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(Codec.CODEC_RABITQ, create(server, "ivf", schema -> schema).getCodec());
      load(server, NAME, points);
      assertEquals("options.adaptive", field(refused(server, adaptive(a -> a.setScanDims(4)))));

      Collection given = update(server, u -> u.setPrefixes(prefixes(Basis.BASIS_PCA, 8, 24)));
      assertEquals(List.of(8, 24), given.getVector().getPrefixesList());
      assertEquals(Codec.CODEC_F32, given.getVector().getCodec());
      server.upsert(NAME, POINTS, points[0]);
      search(
          server, NAME, points[0], adaptive(a -> a.setScanDims(8))); // Of what is rebuilt so far.
      rebuild(server);
      assertCertified(server, points);

      assertEquals(given.getVector(), update(server, u -> u.setDefaultEf(70)).getVector());
      VectorSchema coded =
          update(server, u -> u.setCodec(Codec.CODEC_INT8).setPrefixes(prefixes(Basis.BASIS_PCA)))
              .getVector();
      assertEquals(List.of(16), coded.getPrefixesList(), "a suitable one");
      assertEquals(Codec.CODEC_INT8, coded.getCodec());
      VectorSchema stays = update(server, u -> u.setCodec(Codec.CODEC_F16)).getVector();
      assertEquals(List.of(16), stays.getPrefixesList());

      VectorSchema none = update(server, u -> u.setPrefixes(Prefixes.newBuilder())).getVector();
      assertEquals(List.of(), none.getPrefixesList());
      assertEquals(Basis.BASIS_UNSPECIFIED, none.getBasis());
      assertEquals(Codec.CODEC_RABITQ, none.getCodec());
      rebuild(server);
      assertEquals(POINTS + 1, describe(server).getPointCount());

      update(server, u -> u.setPrefixes(prefixes(Basis.BASIS_AS_IS, 8)));
      Collection graph = update(server, u -> u.setIndex(policy("hnsw")));
      assertEquals(List.of(), graph.getVector().getPrefixesList(), "an index is given whole");
    }
  }

  private static Prefixes prefixes(Basis basis, Integer... widths) {
    return Prefixes.newBuilder().setBasis(basis).addAllWidths(List.of(widths)).build();
  }

  private static Collection update(
      RunningServer server, UnaryOperator<UpdateCollectionRequest.Builder> change) {
    UpdateCollectionRequest.Builder request = UpdateCollectionRequest.newBuilder().setName(NAME);
    return server.collections().updateCollection(change.apply(request).build()).getCollection();
  }

  /// An optimization waits for as many merges as there are segments, some of which may have begun
  /// before the last of several changes.
  private static void rebuild(RunningServer server) {
    for (int attempt = 0; attempt < 5 && outdated(server) > 0; attempt++) {
      optimize(server, NAME);
    }
    assertEquals(0, outdated(server));
  }

  private static long outdated(RunningServer server) {
    return server
        .collections()
        .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName(NAME).build())
        .getOutdatedPointCount();
  }

  private static void assertCertified(RunningServer server, float[][] points) {
    for (int query = 0; query < 20; query++) {
      List<Hit> exact = search(server, NAME, points[query], options().setExact(true));
      List<Hit> certified =
          search(
              server,
              NAME,
              points[query],
              adaptive(a -> a.setCertified(true)).setNprobe(ALL_LISTS));
      assertSame(exact, certified);
    }
  }

  private static StatusRuntimeException refused(
      RunningServer server, SearchOptions.Builder options) {
    float[] query = new float[DIMENSION];
    query[0] = 1;
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class, () -> search(server, NAME, query, options.clone()));
    assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
    return failure;
  }

  private static void assertRefused(
      RunningServer server, String field, String message, SearchOptions.Builder options) {
    StatusRuntimeException failure = refused(server, options);
    assertEquals(field, field(failure), failure::toString);
    assertTrue(failure.toString().contains(message), failure::toString);
  }

  @Test
  void widthsThatMakeNoSenseAreRefusedByFieldAndMessage() throws IOException {
    String adaptive = "options.adaptive";
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_AS_IS, 4, 12, 30));
      server.upsert(NAME, 0, points(41)[0]);
      for (int wrong : new int[] {0, -1, 65_537}) {
        assertRefused(
            server, adaptive + ".coarse_dims", "[1, 65536]", adaptive(a -> a.setCoarseDims(wrong)));
        assertRefused(
            server, adaptive + ".scan_dims", "[1, 65536]", adaptive(a -> a.setScanDims(wrong)));
        assertRefused(
            server,
            adaptive + ".ladder[0].dims",
            "[1, 65536]",
            adaptive(a -> a.addLadder(step(wrong, 9))));
      }
      for (int wrong : new int[] {0, -1, 1_048_577}) {
        assertRefused(
            server,
            adaptive + ".scan_keep",
            "[1, 1048576]",
            adaptive(a -> a.setScanDims(4).setScanKeep(wrong)));
        assertRefused(
            server,
            adaptive + ".ladder[0].keep",
            "[1, 1048576]",
            adaptive(a -> a.addLadder(step(4, wrong))));
      }
      assertRefused(
          server,
          adaptive + ".scan_dims",
          "must be at most 30, the widest prefix of adaptive, got 31",
          adaptive(a -> a.setScanDims(31)));
      assertRefused(
          server,
          adaptive + ".coarse_dims",
          "must be at most 30",
          adaptive(a -> a.setCoarseDims(31)));
      assertRefused(
          server,
          adaptive + ".ladder[1].dims",
          "must be more than the 12 of the step before, got 12",
          adaptive(a -> a.setScanDims(4).addLadder(step(12, 50)).addLadder(step(12, 50))));
      assertRefused(
          server,
          adaptive + ".ladder[1].dims",
          "6 comes to the prefix of 12 coordinates, as the step before does; adaptive has those of"
              + " [4, 12, 30]",
          adaptive(a -> a.addLadder(step(5, 60)).addLadder(step(6, 50))));
      assertRefused(
          server,
          adaptive + ".ladder[0].keep",
          "must be at most the 40 of the step before, got 50",
          adaptive(a -> a.setScanDims(4).setScanKeep(40).addLadder(step(12, 50))));
      assertRefused(
          server,
          adaptive + ".ladder",
          "must have at most 12 steps, the scan counted, got 13",
          adaptive(
              a ->
                  a.setScanDims(1)
                      .addAllLadder(IntStream.range(2, 14).mapToObj(d -> step(d, 9)).toList())));
      assertRefused(
          server,
          adaptive + ".scan_keep",
          "set scan_dims too",
          adaptive(a -> a.setScanKeep(40).setCoarseDims(4)));
      assertRefused(
          server,
          adaptive + ".certified",
          "leave coarse_dims, scan_dims, scan_keep, ladder and full_width unset",
          adaptive(a -> a.setCertified(true).setScanDims(4)));
      assertRefused(
          server,
          adaptive + ".full_width",
          "leave coarse_dims, scan_dims, scan_keep and ladder unset",
          adaptive(a -> a.setFullWidth(true).setCoarseDims(4)));
      for (SearchOptions.Builder howMany :
          List.of(
              adaptive(a -> a.setScanDims(4).setScanKeep(40)),
              adaptive(a -> a.addLadder(step(4, 40))),
              adaptive(a -> a.setCertified(true)),
              adaptive(a -> a.setFullWidth(true)))) {
        assertRefused(server, "options.rescore", "set either", howMany.setRescore(50));
      }
      assertRefused(
          server,
          adaptive,
          "exact leaves none: set either",
          adaptive(a -> a.setScanDims(4)).setExact(true));
      search(server, NAME, points(41)[0], adaptive(a -> a)); // Nothing asked for is nothing wrong.
    }
  }

  @Test
  void whatACollectionOrItsIndexHasNotIsRefusedAndSaysHowToHaveIt() throws IOException {
    String adaptive = "options.adaptive";
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "hnsw", schema -> schema);
      server.upsert(NAME, 0, points(51)[0]);
      assertRefused(
          server,
          adaptive,
          "the collection adaptive has none: give it some",
          adaptive(a -> a.setCertified(true)));
      update(server, u -> u.setPrefixes(prefixes(Basis.BASIS_AS_IS, 4, 12)));
      assertRefused(
          server, adaptive + ".coarse_dims", "has none", adaptive(a -> a.setCoarseDims(4)));
      update(
          server, u -> u.setPrefixes(prefixes(Basis.BASIS_AS_IS, 12)).setCodec(Codec.CODEC_INT8));
      assertRefused(
          server,
          adaptive,
          "is coded as int8, which is compared as it is: set CODEC_F32",
          adaptive(a -> a.setScanDims(4)));
    }
  }

  @Test
  void thePlanSaysAtWhichWidthsItCompares() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_AS_IS, 4, 12, 30));
      server.upsert(NAME, 0, points(61)[0]);
      assertPlan(server, "5 lists, widths as measured over 1", options());
      assertPlan(server, "5 lists, widest prefixes over 1", adaptive(a -> a.setScanDims(30)));
      assertPlan(server, "5 lists, whole vectors over 1", adaptive(a -> a.setFullWidth(true)));
      assertPlan(
          server, "5 lists, at all widths until certain over", adaptive(a -> a.setCertified(true)));
      assertPlan(
          server,
          "5 lists, centroids at 4 dimensions, widest prefixes over",
          adaptive(a -> a.setCoarseDims(2)));
      assertPlan(
          server,
          "5 lists, centroids at 12 dimensions, best 200 at 4 dimensions, best 50 at 30 dimensions"
              + " over",
          adaptive(a -> a.setCoarseDims(12).setScanDims(4).addLadder(step(30, 50))));
    }
  }

  @Test
  void aScanThatIsToldNothingGoesOnAtAllWidthsUntilItIsCertainAndSaysSo_seed62()
      throws IOException {
    float[][] points = points(62);
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "flat", widths(Basis.BASIS_PCA, 4, 12, 30));
      load(server, NAME, points);
      assertPlan(server, "scan of codes, at all widths until certain over 1", options());
      assertPlan(server, "scan of codes, 60 rescored, widest prefixes", options().setRescore(60));
      assertPlan(server, "scan of codes, widest prefixes over", adaptive(a -> a.setScanDims(30)));
      List<SegmentStats> segments =
          server
              .collections()
              .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName(NAME).build())
              .getSegmentsList();
      assertTrue(segments.getFirst().getSealed() && segments.getFirst().getCertified());
      for (int query = 0; query < 20; query++) {
        float[] asked = points[17 * query];
        List<Hit> whole = search(server, NAME, asked, adaptive(a -> a.setFullWidth(true)));
        assertEquals(whole, search(server, NAME, asked, options()));
      }
      List<StageWork> stages = stages(server, points[0], options());
      assertEquals(
          List.of("probe", "scan", "merge"),
          stages.subList(0, 3).stream().map(StageWork::getStage).toList());
      assertEquals(POINTS, stages.get(1).getCandidatesIn());
      assertTrue(stages.get(1).getMultiplyAdds() < (long) POINTS * DIMENSION, stages::toString);
    }
  }

  private static void assertPlan(
      RunningServer server, String expected, SearchOptions.Builder options) {
    assertPlan(server, expected, points(61)[0], options);
  }

  private static void assertPlan(
      RunningServer server, String expected, float[] query, SearchOptions.Builder options) {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setCollection(NAME)
            .setVector(vector(query))
            .setOptions(options.setExplain(true).setNprobe(5))
            .build();
    String plan = server.searches().search(request).getHeader().getExplanation().getPlan();
    assertTrue(plan.startsWith(expected), plan);
  }

  @Test
  void everyStageIsExplainedWithItsWidthItsCandidatesAndItsWork_seed81() throws IOException {
    float[][] points = points(81);
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_PCA, 4, 12, 30));
      load(server, NAME, points);
      List<StageWork> stages =
          stages(
              server,
              points[3],
              adaptive(
                      a ->
                          a.setCoarseDims(4)
                              .setScanDims(4)
                              .setScanKeep(200)
                              .addLadder(step(12, 60))
                              .addLadder(step(30, 25)))
                  .setNprobe(12));
      assertEquals(
          List.of("probe", "coarse", "scan", "narrow", "narrow", "rescore", "merge", "resolve"),
          stages.stream().map(StageWork::getStage).toList());
      assertEquals(
          List.of(0, 4, 4, 12, 30, DIMENSION, 0, 0),
          stages.stream().map(StageWork::getWidth).toList());
      assertEquals(
          List.of(200L, 60L, 25L, 10L, 10L, 10L),
          stages.subList(2, 8).stream().map(StageWork::getCandidates).toList());
      assertEquals(30, stages.get(1).getCandidatesIn(), "all centroids");
      assertTrue(stages.get(2).getCandidatesIn() > 200, stages::toString);
      assertEquals(
          List.of(200L, 60L, 25L, 10L, 10L),
          stages.subList(3, 8).stream().map(StageWork::getCandidatesIn).toList());
      List<StageWork> parts = stages.subList(1, 6);
      StageWork probe = stages.getFirst();
      assertEquals(
          probe.getMultiplyAdds(), parts.stream().mapToLong(StageWork::getMultiplyAdds).sum());
      assertEquals(
          probe.getBytesScanned(), parts.stream().mapToLong(StageWork::getBytesScanned).sum());
      assertTrue(parts.stream().mapToLong(StageWork::getTimeUs).sum() <= probe.getTimeUs());
      for (StageWork part : parts) {
        assertTrue(part.getMultiplyAdds() > 0 && part.getBytesScanned() > 0, part::toString);
        assertEquals(probe.getSegment(), part.getSegment());
      }
    }
  }

  private static List<StageWork> stages(
      RunningServer server, float[] query, SearchOptions.Builder options) {
    return server
        .searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(NAME)
                .setVector(vector(query))
                .setOptions(options.setLimit(LIMIT).setExplain(true))
                .build())
        .getHeader()
        .getExplanation()
        .getStagesList();
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"hnsw, 91", "flat, 92"})
  void aLadderNarrowsWhatAWalkOrAScanFinds(String index, long seed) throws IOException {
    float[][] points = points(seed);
    try (RunningServer server = new RunningServer(folder)) {
      create(server, index, widths(Basis.BASIS_PCA, 4, 12, 30));
      load(server, NAME, points);
      SearchOptions.Builder ladder =
          adaptive(a -> a.setScanDims(12).setScanKeep(120).addLadder(step(30, 40)));
      List<StageWork> stages = stages(server, points[0], ladder.clone().setEf(50));
      assertEquals(
          List.of("probe", index.equals("hnsw") ? "walk" : "scan", "narrow", "rescore"),
          stages.subList(0, 4).stream().map(StageWork::getStage).toList());
      assertEquals(List.of(12, 30, DIMENSION), widths(stages.subList(1, 4)));
      assertEquals(120, stages.get(2).getCandidatesIn(), "the beam is as wide as that");
      assertEquals(40, stages.get(3).getCandidatesIn());
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"hnsw, 93", "flat, 94", "ivf, 95"})
  void wholeVectorsAreAsWideAsTheyAreNotAsTheyArePadded(String index, long seed)
      throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      create(server, index, widths(Basis.BASIS_AS_IS, 4, 12));
      float[][] points = points(seed);
      load(server, NAME, points);
      List<StageWork> stages = stages(server, points[0], adaptive(a -> a.setFullWidth(true)));
      List<StageWork> parts = stages.subList(1, stages.size() - 2);
      assertEquals(index.equals("ivf") ? 2 : 1, parts.size(), parts::toString);
      assertEquals(List.of(DIMENSION), widths(parts).stream().distinct().toList());
    }
  }

  private static List<Integer> widths(List<StageWork> stages) {
    return stages.stream().map(StageWork::getWidth).toList();
  }

  private static List<ListSetting> settings(RunningServer server) {
    return server
        .collections()
        .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName(NAME).build())
        .getSegmentsList()
        .stream()
        .filter(SegmentStats::getSealed)
        .findFirst()
        .orElseThrow()
        .getLists()
        .getSettingsList();
  }

  @Test
  void whatWasMeasuredOfWidthsIsToldAndDone_seed101() throws IOException {
    float[][] points = points(101);
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_PCA, 4, 12, 30));
      load(server, NAME, points);
      List<ListSetting> settings = settings(server);
      assertEquals(
          List.of(0.8, 0.9, 0.95, 0.98, 0.99, 0.995),
          settings.stream().map(ListSetting::getRecall).toList());
      for (ListSetting setting : settings) {
        assertTrue(setting.getFullWidth() || setting.getLadderCount() > 0, setting::toString);
        assertTrue(setting.getMultiplyAdds() > 0 && setting.getNprobe() > 0, setting::toString);
        SearchOptions.Builder asked = options().setRecall(setting.getRecall());
        List<Integer> compared =
            stages(server, points[1], asked).stream()
                .filter(stage -> List.of("scan", "narrow").contains(stage.getStage()))
                .map(StageWork::getWidth)
                .toList();
        List<Integer> measured =
            setting.getFullWidth()
                ? List.of(DIMENSION)
                : setting.getLadderList().stream().map(LadderStep::getDims).toList();
        assertEquals(measured, compared);
      }
    }
  }

  @Test
  void whatASearchMayTakeChoosesWhatFindsTheMost_seed102() throws IOException {
    float[][] points = points(102);
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_PCA, 4, 12, 30));
      load(server, NAME, points);
      List<ListSetting> settings = settings(server);
      double dearest = 0;
      for (ListSetting setting : settings) {
        dearest = Math.max(dearest, setting.getMultiplyAdds());
        double most = dearest;
        double best =
            settings.stream()
                .filter(other -> other.getMultiplyAdds() <= most)
                .mapToDouble(ListSetting::getRecall)
                .max()
                .orElseThrow();
        long products = (long) Math.ceil(most);
        assertAffords(
            server, "for a recall of %s".formatted(best), a -> a.setMaxProducts(products));
      }
      assertAffords(server, "for a recall of 0.8", a -> a.setMaxProducts(1));
      assertAffords(
          server, "for a recall of 0.8", a -> a.setMaxUs(1).setMaxProducts(Long.MAX_VALUE));
      assertAffords(server, "for a recall of 0.995", a -> a.setMaxUs(60_000_000));
      // Rows that nobody measured anything of are scored, whatever that takes.
      server.upsert(NAME, POINTS, points(103));
      long products = (long) Math.ceil(dearest);
      assertAffords(server, "for a recall of 0.8", a -> a.setMaxProducts(products));
      long more = products + (long) POINTS * DIMENSION;
      assertAffords(server, "for a recall of 0.995", a -> a.setMaxProducts(more));
    }
  }

  private static void assertAffords(
      RunningServer server, String expected, UnaryOperator<AdaptiveOptions.Builder> change) {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setCollection(NAME)
            .setVector(vector(points(61)[0]))
            .setOptions(adaptive(change).setExplain(true))
            .build();
    String plan = server.searches().search(request).getHeader().getExplanation().getPlan();
    assertTrue(plan.contains(expected + ","), plan);
  }

  @Test
  void whatASearchMayTakeIsForMeasuredListsAndNothingElseIsSaidBesides() throws IOException {
    String adaptive = "options.adaptive";
    try (RunningServer server = new RunningServer(folder)) {
      create(server, "ivf", widths(Basis.BASIS_AS_IS, 4, 12, 30));
      assertRefused(
          server,
          adaptive + ".max_products",
          "[1, 9223372036854775807], got 0",
          adaptive(a -> a.setMaxProducts(0)));
      assertRefused(
          server,
          adaptive + ".max_products",
          "got 18446744073709551615",
          adaptive(a -> a.setMaxProducts(-1)));
      assertRefused(server, adaptive + ".max_us", "[1, 60000000]", adaptive(a -> a.setMaxUs(0)));
      for (UnaryOperator<AdaptiveOptions.Builder> other :
          List.<UnaryOperator<AdaptiveOptions.Builder>>of(
              a -> a.setCoarseDims(4),
              a -> a.setScanDims(4),
              a -> a.addLadder(step(4, 50)),
              a -> a.setCertified(true),
              a -> a.setFullWidth(true))) {
        assertRefused(
            server,
            adaptive,
            "leave all else of it unset",
            adaptive(a -> other.apply(a.setMaxProducts(9))));
      }
      for (UnaryOperator<SearchOptions.Builder> other :
          List.<UnaryOperator<SearchOptions.Builder>>of(
              o -> o.setExact(true),
              o -> o.setNprobe(3),
              o -> o.setNucleus(0.5),
              o -> o.setPatience(3),
              o -> o.setRecall(0.9),
              o -> o.setRescore(50))) {
        assertRefused(
            server, adaptive, "patience, recall", other.apply(adaptive(a -> a.setMaxUs(9))));
      }
    }
    try (RunningServer server = new RunningServer(folder.resolve("graph"))) {
      create(server, "hnsw", widths(Basis.BASIS_AS_IS, 4, 12, 30));
      assertRefused(server, adaptive, "measured for inverted lists", adaptive(a -> a.setMaxUs(9)));
    }
  }

  /// Whole numbers again, so many that no sums are equal, and a filter that lists nothing, so that
  /// lists and ladders do their work.
  @ParameterizedTest(name = "{0}, seed 22")
  @ValueSource(strings = {"flat", "ivf"})
  void aFilterHoldsAtAllWidths(String index) throws IOException {
    Random random = new Random(22);
    float[][] points = new float[POINTS][DIMENSION];
    List<Long> refused = new ArrayList<>();
    List<Integer> accepted = new ArrayList<>();
    for (int row = 0; row < POINTS; row++) {
      for (int i = 0; i < DIMENSION; i++) {
        points[row][i] = random.nextInt(-400, 401);
      }
      if (random.nextInt(3) == 0) {
        accepted.add(row);
      } else {
        refused.add((long) row);
      }
    }
    Filter filter =
        Filter.newBuilder()
            .setNegation(
                Filter.newBuilder()
                    .setIds(
                        PointIds.newBuilder()
                            .setNumbers(NumberIds.newBuilder().addAllValues(refused))))
            .build();
    int[] left = accepted.stream().mapToInt(Integer::intValue).toArray();
    try (RunningServer server = new RunningServer(folder)) {
      create(
          server,
          index,
          schema ->
              widths(Basis.BASIS_AS_IS, 4, 12, 30).apply(schema.setMetric(Metric.METRIC_DOT)));
      load(server, NAME, points);
      for (int query = 0; query < 25; query++) {
        float[] asked = points[7 * query];
        List<Long> nearest = naive(points, left, asked);
        for (UnaryOperator<AdaptiveOptions.Builder> whole :
            List.<UnaryOperator<AdaptiveOptions.Builder>>of(
                a -> a.setCertified(true), a -> a.setFullWidth(true))) {
          assertEquals(nearest, filtered(server, asked, whole, filter));
        }
        assertEquals(
            naive(points, left, asked, step(4, 120), step(12, 40)),
            filtered(
                server,
                asked,
                a -> a.setScanDims(4).setScanKeep(120).addLadder(step(12, 40)),
                filter));
      }
    }
  }

  private static List<Long> filtered(
      RunningServer server,
      float[] query,
      UnaryOperator<AdaptiveOptions.Builder> change,
      Filter filter) {
    SearchOptions.Builder options = adaptive(change).setNprobe(ALL_LISTS).setFilter(filter);
    return ids(search(server, NAME, query, options));
  }

  private static void assertSchemaRefused(
      RunningServer server,
      String field,
      String message,
      String index,
      UnaryOperator<VectorSchema.Builder> change) {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () -> server.collections().createCollection(request("refused", index, change)));
    assertEquals(field, field(failure), failure::toString);
    assertTrue(failure.toString().contains(message), failure::toString);
  }

  @Test
  void prefixesThatCannotBeAreRefusedByFieldAndMessage() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      for (List<Integer> wrong :
          List.of(List.of(0), List.of(40), List.of(4, 4), List.of(12, 4), List.of(-1))) {
        assertSchemaRefused(
            server,
            "vector.prefixes",
            "must ascend from at least 1 to at most 39, which is below the dimension, got [",
            "flat",
            schema -> schema.addAllPrefixes(wrong));
      }
      assertSchemaRefused(
          server,
          "vector.prefixes",
          "must be at most 12, got 13",
          "flat",
          schema -> schema.addAllPrefixes(IntStream.range(1, 14).boxed().toList()));
      assertSchemaRefused(
          server,
          "vector.prefixes",
          "to at most 1024 along learnt axes, got [16, 1025]",
          "flat",
          schema -> widths(Basis.BASIS_PCA, 16, 1025).apply(schema.setDimension(2000)));
      assertSchemaRefused(
          server,
          "vector.basis",
          "BASIS_PCA is for at most 4096 dimensions, got 4097",
          "ivf",
          schema -> widths(Basis.BASIS_PCA, 16).apply(schema.setDimension(4097)));
      assertSchemaRefused(
          server,
          "vector.prefixes",
          "is required below 17 dimensions",
          "flat",
          schema -> widths(Basis.BASIS_PCA).apply(schema.setDimension(16)));
      assertSchemaRefused(
          server,
          "vector.prefixes",
          "must be one with CODEC_INT8, which codes the widest alone, got 2",
          "ivf",
          schema -> widths(Basis.BASIS_AS_IS, 8, 16).apply(schema.setCodec(Codec.CODEC_INT8)));
      assertSchemaRefused(
          server,
          "vector.prefixes",
          "of CODEC_OPQ must be at most 2048, got 2049",
          "flat",
          schema ->
              widths(Basis.BASIS_AS_IS, 2049)
                  .apply(schema.setDimension(5000).setCodec(Codec.CODEC_OPQ)));
      assertSchemaRefused(
          server,
          "vector.codec_bits",
          "got CODEC_F32",
          "ivf",
          schema -> widths(Basis.BASIS_AS_IS, 8).apply(schema.setCodecBits(4)));
      StatusRuntimeException unknown =
          assertThrows(
              StatusRuntimeException.class,
              () -> create(server, "flat", schema -> schema.setBasisValue(7)));
      assertTrue(unknown.toString().contains("vector.basis = 7"), unknown::toString);
    }
  }

  @Test
  void prefixesAreNotForAFastGraphNorForAnIndexThatIsChosen() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      CreateCollectionRequest.Builder fast =
          request(NAME, "hnsw", widths(Basis.BASIS_AS_IS, 8)).toBuilder();
      fast.getIndexBuilder().getHnswBuilder().setLayout(GraphLayout.GRAPH_LAYOUT_FAST);
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> server.collections().createCollection(fast.build()));
      assertEquals("vector.prefixes", field(failure));
      assertTrue(failure.toString().contains("are for GRAPH_LAYOUT_COMPACT"), failure::toString);

      IndexPolicy auto = IndexPolicy.newBuilder().setAuto(AutoIndex.getDefaultInstance()).build();
      CreateCollectionRequest chosen = fast.clone().setIndex(auto).build();
      failure =
          assertThrows(
              StatusRuntimeException.class, () -> server.collections().createCollection(chosen));
      assertEquals("vector.prefixes", field(failure));
      assertTrue(failure.toString().contains("leave them unset"), failure::toString);

      create(server, "ivf", widths(Basis.BASIS_AS_IS, 8));
      Collection measured = update(server, u -> u.setIndex(auto));
      assertEquals(List.of(8), measured.getChoice().getPrefixes().getWidthsList());
      assertEquals(List.of(8), measured.getVector().getPrefixesList(), "in force until a trial");
      failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> update(server, u -> u.setPrefixes(prefixes(Basis.BASIS_PCA, 4))));
      assertEquals("prefixes.widths", field(failure));
    }
  }

  @Test
  void creatingAgainComparesThePrefixesThatWereMeant() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      VectorSchema suitable = create(server, "ivf", widths(Basis.BASIS_PCA));
      assertEquals(List.of(16), suitable.getPrefixesList());
      create(server, "ivf", widths(Basis.BASIS_PCA, 16));
      for (UnaryOperator<VectorSchema.Builder> other :
          List.<UnaryOperator<VectorSchema.Builder>>of(
              schema -> schema,
              widths(Basis.BASIS_AS_IS, 16),
              widths(Basis.BASIS_PCA, 8, 16),
              schema -> widths(Basis.BASIS_PCA).apply(schema.setCodec(Codec.CODEC_F16)))) {
        StatusRuntimeException failure =
            assertThrows(StatusRuntimeException.class, () -> create(server, "ivf", other));
        assertEquals(Status.Code.ALREADY_EXISTS, failure.getStatus().getCode());
      }
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"CODEC_INT8, 71", "CODEC_OPQ, 72", "CODEC_RABITQ, 73"})
  void aPrefixMayBeCodedAndScoresStayExact(Codec codec, long seed) throws IOException {
    float[][] points = points(seed);
    try (RunningServer server = new RunningServer(folder)) {
      VectorSchema made =
          create(server, "ivf", s -> widths(Basis.BASIS_PCA, 30).apply(s.setCodec(codec)));
      assertEquals(codec, made.getCodec());
      assertEquals(List.of(30), made.getPrefixesList());
      load(server, NAME, points);
      assertFound(server, points);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertFound(server, points);
    }
  }

  private static void assertFound(RunningServer server, float[][] points) {
    int found = 0;
    for (int query = 0; query < 40; query++) {
      List<Hit> exact = search(server, NAME, points[query], options().setExact(true));
      List<Hit> hits =
          search(server, NAME, points[query], options().setNprobe(ALL_LISTS).setRescore(200));
      for (Hit hit : hits) {
        int rank = ids(exact).indexOf(hit.getId().getNumber());
        assertTrue(rank < 0 || exact.get(rank).getScore() == hit.getScore());
        found += rank < 0 ? 0 : 1;
      }
    }
    double recall = found / (40.0 * LIMIT);
    assertTrue(recall > 0.95, "recall " + recall);
  }
}
