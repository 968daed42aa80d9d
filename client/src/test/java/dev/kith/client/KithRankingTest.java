package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.Filter.Value;
import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.ClassifyRequest;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.MixtureAllocation;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SolveQueryLatentRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KithRankingTest {
  private TestServer server;
  private KithClient client;
  private KithRanking ranking;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start();
    client =
        KithClient.connect(
            server.address(),
            ClientOptions.standard()
                .withRetry(new RetryPolicy(4, Duration.ofMillis(2), Duration.ofMillis(20))));
    ranking = client.collection("c").ranking();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void aClassIsAskedForAsItWasSaid() {
    ranking.classify(
        new float[] {1, -2},
        ClassifyOptions.by("a.b")
            .withNeighbors(200)
            .withTemperature(Temperature.ofPerplexity(15))
            .withPrior(
                List.of(new ClassShare(Value.of("x"), 3), new ClassShare(Value.of(7), 1)), 0.25)
            .abstainingBelow(0.5)
            .withMaxClasses(4)
            .searching(SearchOptions.top(3).withEf(90).withFilter(Filter.present("a"))));
    ClassifyRequest.Builder expected =
        ClassifyRequest.newBuilder().setCollection("c").setVector(Wire.vector(new float[] {1, -2}));
    expected
        .getOptionsBuilder()
        .setField("a.b")
        .setNeighbors(200)
        .setNeighborsWeight(0.25)
        .setMinConfidence(0.5)
        .setMaxClasses(4);
    expected.getOptionsBuilder().getTemperatureBuilder().setTargetPerplexity(15);
    expected
        .getOptionsBuilder()
        .addPriorBuilder()
        .setValue(FieldValue.newBuilder().setText("x"))
        .setProbability(3);
    expected
        .getOptionsBuilder()
        .addPriorBuilder()
        .setValue(FieldValue.newBuilder().setInteger(7))
        .setProbability(1);
    expected.getOptionsBuilder().getSearchBuilder().setEf(90).getFilterBuilder().setPresent("a");
    assertEquals(expected.build(), server.rank().classified());
  }

  @Test
  void whatWasNotSaidOfClassesIsLeftToTheServer() {
    ranking.classify(PointId.of("seven"), ClassifyOptions.by("kind"));
    ClassifyRequest asked = server.rank().classified();
    assertEquals("seven", asked.getPoint().getText());
    assertFalse(asked.getOptions().hasNeighbors());
    assertFalse(asked.getOptions().hasNeighborsWeight());
    assertFalse(asked.getOptions().hasMaxClasses());
    assertFalse(asked.getOptions().getSearch().hasLimit());
    assertFalse(asked.getOptions().getSearch().hasWithPayload());
    assertFalse(asked.getOptions().getSearch().hasWithVector());
    ranking.classify(
        PointId.of("seven"),
        ClassifyOptions.by("kind").searching(SearchOptions.top(1).returning(true, false)));
    assertTrue(
        server.rank().classified().getOptions().getSearch().getWithVector(),
        "what cannot be had is for the server to refuse");
  }

  @Test
  void aClassificationHasAllThatTheServerSaid() {
    assertEquals(
        new Classification(
            List.of(
                new ClassShare(Value.of(1), 0.75),
                new ClassShare(Value.of(2.5), 0.125),
                new ClassShare(Value.of("five"), 0.0625),
                new ClassShare(Value.of(true), 0.0625)),
            true,
            3,
            new Classification.Neighborhood(
                48,
                2,
                Optional.of(
                    new SoftmaxOutcome(
                        0.5, 2.25, OptionalDouble.of(8), 4, 50, OptionalDouble.empty())),
                Metric.DOT,
                9,
                Optional.empty(),
                Optional.empty()),
            Optional.of(new Classification.Moments(1.25, 0.5))),
        ranking.classify(new float[] {1, 2}, ClassifyOptions.by("kind")));
  }

  @Test
  void aClassificationIsRepeatedWhileTheServerIsUnavailable() {
    server.rank().beUnavailable(2);
    assertEquals(3, ranking.classify(PointId.of(1), ClassifyOptions.by("kind")).distinct());
  }

  @Test
  void manyQueriesAreClassifiedInPartsOfAThousand() {
    List<PointId> points = LongStream.range(0, 2500).mapToObj(PointId::of).toList();
    assertEquals(2500, ranking.classifyPoints(points, ClassifyOptions.by("kind")).size());
    List<Long> asked =
        server.rank().batches().stream()
            .flatMap(batch -> batch.getPoints().getNumbers().getValuesList().stream())
            .toList();
    assertEquals(LongStream.range(0, 2500).boxed().toList(), asked);
    assertEquals(3, server.rank().batches().size());
    List<float[]> vectors = Collections.nCopies(1001, new float[] {1, 2});
    assertEquals(1001, ranking.classifyBatch(vectors, ClassifyOptions.by("kind")).size());
    assertEquals(5, server.rank().batches().size());
    assertEquals(List.of(), ranking.classifyBatch(List.of(), ClassifyOptions.by("kind")));
    assertEquals(5, server.rank().batches().size());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ranking.classifyBatch(List.of(new float[2], new float[3]), ClassifyOptions.by("kind")));
  }

  @Test
  void aMixtureIsSearchedForWithAllItsComponents() {
    MixtureResult result =
        ranking.searchMixture(
            Mixture.of(
                    MixtureComponent.of(new float[] {1, 2}, 3),
                    MixtureComponent.of(PointId.of(4), 1))
                .allocatedBy(Mixture.Allocation.LARGEST_REMAINDER)
                .withDuplicates(),
            SearchOptions.top(2).withSoftmax(SoftmaxOptions.usual()));
    SearchMixtureRequest.Builder expected =
        SearchMixtureRequest.newBuilder()
            .setCollection("c")
            .setAllocation(MixtureAllocation.MIXTURE_ALLOCATION_LARGEST_REMAINDER)
            .setDedupe(false)
            .setOptions(
                SearchWire.options(SearchOptions.top(2).withSoftmax(SoftmaxOptions.usual())));
    expected.addComponentsBuilder().setVector(Wire.vector(new float[] {1, 2})).setWeight(3);
    expected.addComponentsBuilder().setPoint(Wire.id(PointId.of(4))).setWeight(1);
    assertEquals(expected.build(), server.rank().mixed());
    assertEquals(
        List.of(OptionalInt.of(1), OptionalInt.of(0)),
        result.found().hits().stream().map(Hit::component).toList());
    assertEquals(OptionalDouble.of(0.75), result.found().hits().getFirst().probability());
    assertEquals(2, result.components().size());
    assertEquals(0.75, result.components().get(1).weight());
    assertEquals(0.5, result.components().get(1).softmax().orElseThrow().temperature());
  }

  @Test
  void aMixtureIsMadeOfPointsAndSearchedForAsItCame() {
    List<PointId> liked = List.of(PointId.of(1), PointId.of(new UUID(2, 3)), PointId.of("four"));
    BuiltMixture built =
        ranking.buildMixture(
            MixtureSpec.of(liked)
                .withMaxComponents(3)
                .withSmoothing(1)
                .withNeighbors(5)
                .atLeast(new WriteReceipt(8, Durability.DISK, 1)));
    assertEquals(
        BuildMixtureRequest.newBuilder()
            .setCollection("c")
            .setIds(Wire.ids(liked))
            .setMaxComponents(3)
            .setSmoothing(1)
            .setNeighbors(5)
            .setMinLsn(8)
            .build(),
        server.rank().built());
    assertEquals(List.of(PointId.of(99)), built.missing());
    assertEquals(5, built.cells());
    assertEquals(2, built.components().getFirst().members());
    ranking.searchMixture(built.mixture(), SearchOptions.top(2));
    SearchMixtureRequest searched = server.rank().mixed();
    assertEquals(0.75, searched.getComponents(0).getWeight());
    assertArrayEquals(new float[] {3, 4}, Wire.floats(searched.getComponents(0).getVector()));
    assertTrue(searched.getDedupe());
  }

  @Test
  void aLatentIsSolvedForFromScoresInTheirOrder() {
    Map<PointId, Double> scores = new LinkedHashMap<>();
    scores.put(PointId.of(9), 0.5);
    scores.put(PointId.of(2), -1.0);
    LatentResult result =
        ranking.solveQueryLatent(
            LatentSpec.of(scores).withRidge(0.01).towards(new float[] {1, 1}),
            SearchOptions.top(7).returning(false, false));
    assertEquals(
        SolveQueryLatentRequest.newBuilder()
            .setCollection("c")
            .setIds(Wire.ids(List.of(PointId.of(9), PointId.of(2))))
            .addScores(0.5)
            .addScores(-1)
            .setRidge(0.01)
            .setTowards(Wire.vector(new float[] {1, 1}))
            .setOptions(SearchWire.options(SearchOptions.top(7).returning(false, false)))
            .build(),
        server.rank().solved());
    assertArrayEquals(new float[] {0.5f, -2}, result.latent());
    assertEquals(0.125, result.rmsError());
    assertEquals(PointId.of(3), result.found().hits().getFirst().id());
  }

  @Test
  void columnsOfIdsAreReadBackAsTheyWereWritten() {
    List<PointId> numbers = List.of(PointId.of(1), PointId.of(-1));
    List<PointId> uuids = List.of(PointId.of(new UUID(1, 2)), PointId.of(new UUID(3, 4)));
    List<PointId> texts = List.of(PointId.of("7"), PointId.of("word"));
    List<PointId> mixed = List.of(numbers.get(0), uuids.get(1), texts.get(0));
    for (List<PointId> ids : List.of(numbers, uuids, texts, mixed, List.<PointId>of())) {
      assertEquals(ids, Wire.ids(Wire.ids(ids)));
    }
  }
}
