package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FilterList;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchResult;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Searches of a real server that only some points may answer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FilteredSearchTest {
  private static final int DIMENSION = 12;
  private static final int POINTS = 300;
  private static final int MANY = 3_000;

  private final Random random = new Random(5);
  private final Map<PointId, Map<String, @Nullable Object>> payloads = new HashMap<>();
  private final RandomFilters filters = new RandomFilters(random, POINTS);
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    create("few", IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()));
    writeFew(0, POINTS);
    optimize("few");
    writeFew(POINTS / 3, POINTS); // What is sealed is rewritten, so that old rows lie about.
    server
        .points()
        .deletePoints(
            DeletePointsRequest.newBuilder()
                .setCollection("few")
                .setIds(RunningServer.numbers(1L, 50L, POINTS - 1L))
                .build());
    List.of(1L, 50L, POINTS - 1L).forEach(number -> payloads.remove(id(number)));
    create(
        "graph",
        IndexPolicy.newBuilder()
            .setHnsw(HnswIndex.newBuilder().setLayout(GraphLayout.GRAPH_LAYOUT_COMPACT)));
    create(
        "fast",
        IndexPolicy.newBuilder()
            .setHnsw(HnswIndex.newBuilder().setLayout(GraphLayout.GRAPH_LAYOUT_FAST)));
    create("lists", IndexPolicy.newBuilder().setIvf(IvfIndex.getDefaultInstance()));
    for (String name : List.of("graph", "fast", "lists")) {
      writeMany(name);
      optimize(name);
    }
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private void create(String name, IndexPolicy.Builder index) {
    server
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName(name)
                .setVector(RunningServer.schema(DIMENSION, Metric.METRIC_EUCLIDEAN))
                .setIndex(index)
                .build());
  }

  private void optimize(String name) {
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName(name).build())
        .forEachRemaining(progress -> {});
  }

  private float[] vectorAtRandom() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static PointId id(long number) {
    return PointId.newBuilder().setNumber(number).build();
  }

  /// Writes points under the numbers `[from, to)`, every seventh without a payload.
  private void writeFew(int from, int to) {
    float[][] rows = new float[to - from][];
    List<ByteString> texts = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = vectorAtRandom();
      Map<String, @Nullable Object> payload = i % 7 == 0 ? Map.of() : filters.payload();
      payloads.put(id(from + i), payload);
      texts.add(
          i % 7 == 0 ? ByteString.EMPTY : ByteString.copyFromUtf8(RandomFilters.json(payload)));
    }
    write("few", RunningServer.batch(from, rows).toBuilder().addAllPayloads(texts).build());
  }

  /// Writes points whose `share` is evenly spread over `[0, 1000)`, whatever their vectors.
  private void writeMany(String name) {
    for (int from = 0; from < MANY; from += 1_500) {
      float[][] rows = new float[1_500][];
      List<ByteString> texts = new ArrayList<>();
      for (int i = 0; i < rows.length; i++) {
        rows[i] = vectorAtRandom();
        texts.add(ByteString.copyFromUtf8("{\"share\": %d}".formatted((from + i) * 7919 % 1000)));
      }
      write(name, RunningServer.batch(from, rows).toBuilder().addAllPayloads(texts).build());
    }
  }

  private void write(String name, PointBatch points) {
    server
        .points()
        .upsert(UpsertRequest.newBuilder().setCollection(name).setPoints(points).build());
  }

  private SearchResponse search(String name, float[] query, SearchOptions.Builder options) {
    return server
        .searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(name)
                .setVector(vector(query))
                .setOptions(options)
                .build());
  }

  private static List<PointId> ids(List<Hit> hits) {
    return hits.stream().map(Hit::getId).toList();
  }

  private static SearchOptions.Builder options(Filter filter) {
    return SearchOptions.newBuilder().setFilter(filter);
  }

  private static Filter shareBelow(int bound) {
    return Filter.newBuilder()
        .setRange(
            FieldRange.newBuilder()
                .setField("share")
                .setLess(FieldValue.newBuilder().setInteger(bound)))
        .build();
  }

  private static Filter not(Filter filter) {
    return Filter.newBuilder().setNegation(filter).build();
  }

  private static Filter all(Filter... filters) {
    return Filter.newBuilder()
        .setAll(FilterList.newBuilder().addAllFilters(List.of(filters)))
        .build();
  }

  private static Filter numbers(Long... numbers) {
    return Filter.newBuilder().setIds(RunningServer.numbers(numbers)).build();
  }

  private static String plan(SearchResponse response) {
    return response.getHeader().getExplanation().getPlan();
  }

  @Test
  void anyTreeOfConditionsAcceptsWhatANaiveEvaluationDoes() {
    int accepting = 0;
    for (int i = 0; i < 400; i++) {
      Filter filter = filters.filter(3);
      float[] query = vectorAtRandom();
      int limit = 1 + random.nextInt(30);
      List<PointId> everything =
          ids(search("few", query, SearchOptions.newBuilder().setLimit(POINTS)).getHitsList());
      assertEquals(payloads.keySet(), new HashSet<>(everything));
      List<PointId> expected =
          everything.stream()
              .filter(id -> new NaiveFilter(id, payload(id)).accepts(filter))
              .limit(limit)
              .toList();
      accepting += expected.isEmpty() ? 0 : 1;
      assertEquals(
          expected,
          ids(search("few", query, options(filter).setLimit(limit)).getHitsList()),
          filter::toString);
    }
    assertTrue(accepting > 200, accepting + " of the filters accepted a point");
  }

  private Map<String, @Nullable Object> payload(PointId id) {
    return payloads.getOrDefault(id, Map.of());
  }

  @ParameterizedTest(name = "{0}, {1} of a thousand")
  @CsvSource({
    "graph, 1000", "graph, 500", "graph, 100", "graph, 10", "graph, 1",
    "fast, 1000", "fast, 500", "fast, 100", "fast, 10", "fast, 1",
    "lists, 1000", "lists, 500", "lists, 100", "lists, 10", "lists, 1"
  })
  void anIndexFindsWhatAScanFindsHoweverFewAreAccepted(String name, int share) {
    int found = 0;
    int wanted = 0;
    for (int i = 0; i < 40; i++) {
      float[] query = vectorAtRandom();
      SearchOptions.Builder options = options(shareBelow(share)).setEf(60);
      List<PointId> hits = ids(search(name, query, options).getHitsList());
      List<PointId> truth = ids(search(name, query, options.setExact(true)).getHitsList());
      assertEquals(Math.min(10, MANY * share / 1000), truth.size());
      assertEquals(truth.size(), hits.size());
      for (PointId id : truth) {
        assertTrue(id.getNumber() * 7919 % 1000 < share, id.toString());
      }
      wanted += truth.size();
      found += (int) hits.stream().filter(truth::contains).count();
    }
    double recall = (double) found / wanted;
    assertTrue(recall >= (name.equals("lists") ? 0.92 : 0.97), name + " found " + recall);
  }

  @ParameterizedTest
  @ValueSource(strings = {"graph", "fast", "lists"})
  void aPlanThatWouldReadTooManyPayloadsIsGivenUpForAScan(String name) {
    float[] query = vectorAtRandom();
    SearchOptions.Builder few = options(shareBelow(10)).setEf(60).setExplain(true);
    SearchResponse response = search(name, query, few);
    String plan = plan(response);
    assertTrue(plan.startsWith("exact scan over 1 segment, best 10, "), plan);
    assertTrue(plan.contains(" given up, filter accepts "), plan);
    assertEquals(
        ids(search(name, query, few.setExact(true)).getHitsList()), ids(response.getHitsList()));
    String other = plan(search(name, query, options(shareBelow(900)).setEf(60).setExplain(true)));
    assertTrue(other.startsWith(name.equals("lists") ? "lists as measured" : "beam of 60"), other);
    assertTrue(other.contains("payloads read"), other);
  }

  @ParameterizedTest
  @ValueSource(strings = {"graph", "fast", "lists"})
  void namedPointsAreScoredAloneAndExactly(String name) {
    float[] query = vectorAtRandom();
    Long[] numbers = new Long[500];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (long) i * 12; // Of which half exist.
    }
    SearchOptions.Builder named =
        options(all(shareBelow(500), numbers(numbers))).setExplain(true).setLimit(20);
    SearchResponse response = search(name, query, named);
    assertTrue(plan(response).startsWith("scores of 250 rows over 1 segment"), plan(response));
    assertEquals(250, response.getHeader().getExplanation().getStages(0).getDistanceComputations());
    SearchOptions.Builder scanned = options(shareBelow(500)).setExact(true).setLimit(MANY);
    List<PointId> expected =
        search(name, query, scanned).getHitsList().stream()
            .map(Hit::getId)
            .filter(id -> id.getNumber() % 12 == 0)
            .limit(20)
            .toList();
    assertEquals(expected, ids(response.getHitsList()));
  }

  @Test
  void noPayloadIsReadForIdsAlone() {
    float[] query = vectorAtRandom();
    SearchOptions.Builder best = SearchOptions.newBuilder().setEf(100).setLimit(1);
    PointId nearest = search("graph", query, best).getHits(0).getId();
    SearchResponse others =
        search(
            "graph", query, options(not(numbers(nearest.getNumber()))).setEf(100).setExplain(true));
    assertEquals(10, others.getHitsCount());
    assertTrue(ids(others.getHitsList()).stream().noneMatch(nearest::equals));
    assertTrue(plan(others).endsWith(", 0 payloads read"), plan(others));
    SearchResponse only =
        search("graph", query, options(not(not(numbers(nearest.getNumber())))).setExplain(true));
    assertEquals(List.of(nearest), ids(only.getHitsList()));
    assertTrue(plan(only).startsWith("scores of 1 rows"), plan(only));
    SearchResponse none = search("graph", query, options(numbers(1L << 40)).setExplain(true));
    assertEquals(0, none.getHitsCount());
  }

  @Test
  void aRewrittenPointAnswersByItsNewPayloadAndADeletedOneNotAtAll() {
    create("moving", IndexPolicy.newBuilder().setHnsw(HnswIndex.getDefaultInstance()));
    float[] place = vectorAtRandom();
    write("moving", point(7, place, "{\"state\": \"old\"}"));
    write("moving", point(8, place, "{\"state\": \"old\"}"));
    optimize("moving");
    write("moving", point(7, place, "{\"state\": \"new\"}"));
    assertEquals(List.of(id(8)), ids(search("moving", place, options(state("old"))).getHitsList()));
    assertEquals(List.of(id(7)), ids(search("moving", place, options(state("new"))).getHitsList()));
    server
        .points()
        .deletePoints(
            DeletePointsRequest.newBuilder()
                .setCollection("moving")
                .setIds(RunningServer.numbers(8L))
                .build());
    assertEquals(0, search("moving", place, options(state("old"))).getHitsCount());
    assertEquals(
        List.of(id(7)), ids(search("moving", place, options(numbers(7L, 8L))).getHitsList()));
  }

  @Test
  void aPointThatIsBeingRewrittenIsSeenOnceAndByThePayloadThatItIsReturnedWith() throws Exception {
    create("racing", IndexPolicy.newBuilder().setHnsw(HnswIndex.getDefaultInstance()));
    float[] place = vectorAtRandom();
    write("racing", point(1, place, "{\"state\": \"0\"}"));
    AtomicBoolean written = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 1; i <= 300; i++) {
                    write("racing", point(1, place, "{\"state\": \"%d\"}".formatted(i % 2)));
                  }
                  written.set(true);
                });
    Filter either = not(all(not(state("0")), not(state("1"))));
    while (!written.get()) {
      assertEquals(List.of(id(1)), ids(search("racing", place, options(either)).getHitsList()));
      for (Hit hit : search("racing", place, options(state("1"))).getHitsList()) {
        assertEquals("{\"state\": \"1\"}", hit.getPayload().toStringUtf8());
      }
    }
    writer.join();
  }

  private static Filter state(String state) {
    return Filter.newBuilder()
        .setMatch(
            FieldMatch.newBuilder()
                .setField("state")
                .addValues(FieldValue.newBuilder().setText(state)))
        .build();
  }

  private static PointBatch point(long number, float[] place, String payload) {
    return RunningServer.batch(number, new float[][] {place}).toBuilder()
        .addPayloads(ByteString.copyFromUtf8(payload))
        .build();
  }

  @Test
  void aBatchAndASearchLikeAStoredPointAreFilteredAsASearchIs() {
    float[][] queries = new float[20][];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = vectorAtRandom();
    }
    Filter filter = shareBelow(200);
    List<SearchResult> results =
        server
            .searches()
            .searchBatch(
                SearchBatchRequest.newBuilder()
                    .setCollection("graph")
                    .setVectors(RunningServer.matrix(queries))
                    .setOptions(options(filter))
                    .build())
            .getResultsList();
    for (int i = 0; i < queries.length; i++) {
      assertEquals(
          ids(search("graph", queries[i], options(filter)).getHitsList()),
          ids(results.get(i).getHitsList()));
    }
    SearchRequest like =
        SearchRequest.newBuilder()
            .setCollection("graph")
            .setPoint(id(0)) // Its share is 0, so that it is accepted itself.
            .setOptions(options(filter))
            .build();
    Set<PointId> hits = new HashSet<>(ids(server.searches().search(like).getHitsList()));
    assertEquals(10, hits.size());
    assertTrue(!hits.contains(id(0)));
  }

  private void assertRefused(String path, String problem, Filter filter) {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class, () -> search("few", vectorAtRandom(), options(filter)));
    assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
    assertEquals(path, field(failure));
    assertTrue(String.valueOf(failure.getMessage()).contains(problem), failure.getMessage());
  }

  private static Filter match(String field, FieldValue... values) {
    return Filter.newBuilder()
        .setMatch(FieldMatch.newBuilder().setField(field).addAllValues(List.of(values)))
        .build();
  }

  private static Filter range(FieldRange.Builder range) {
    return Filter.newBuilder().setRange(range.setField("a")).build();
  }

  @Test
  void whatIsWrongIsNamedByThePathOfTheCondition() {
    FieldValue one = FieldValue.newBuilder().setInteger(1).build();
    FieldValue text = FieldValue.newBuilder().setText("1").build();
    FieldValue flag = FieldValue.newBuilder().setFlag(true).build();
    Filter good = shareBelow(1);
    assertRefused("options.filter", "set one of all, any", Filter.getDefaultInstance());
    assertRefused(
        "options.filter.all.filters[2].match.field",
        "author.name",
        all(good, good, match("a..b", one)));
    assertRefused("options.filter.negation.match.values", "[1, 10000]", not(match("a")));
    assertRefused(
        "options.filter.match.values[1]",
        "is empty",
        match("a", one, FieldValue.getDefaultInstance()));
    assertRefused(
        "options.filter.match.values[0]",
        "must be finite, got NaN",
        match("a", FieldValue.newBuilder().setNumber(Double.NaN).build()));
    assertRefused("options.filter.range", "has no bound", range(FieldRange.newBuilder()));
    assertRefused(
        "options.filter.range.less_or_equal",
        "second upper bound",
        range(FieldRange.newBuilder().setLess(one).setLessOrEqual(one)));
    assertRefused(
        "options.filter.range.greater_or_equal",
        "second lower bound",
        range(FieldRange.newBuilder().setGreater(one).setGreaterOrEqual(one)));
    assertRefused(
        "options.filter.range.greater",
        "no order",
        range(FieldRange.newBuilder().setGreater(flag)));
    assertRefused(
        "options.filter.range",
        "of one kind",
        range(FieldRange.newBuilder().setGreater(one).setLess(text)));
    assertRefused("options.filter.all.filters", "[1, 1000]", all());
    assertRefused("options.filter.ids", "is required", Filter.newBuilder().setIds(noIds()).build());
    assertRefused(
        "options.filter.present", "1 to 64 names", Filter.newBuilder().setPresent("").build());
  }

  private static PointIds noIds() {
    return PointIds.getDefaultInstance();
  }

  @Test
  void aFilterMayBeAsLargeAndDeepAsTheContractSaysAndNoLarger() {
    FieldValue one = FieldValue.newBuilder().setInteger(1).build();
    FieldValue[] values = new FieldValue[10_000];
    Arrays.fill(values, one);
    search("few", vectorAtRandom(), options(match("a", values)));
    FieldValue[] tooMany = Arrays.copyOf(values, 10_001);
    tooMany[10_000] = one;
    assertRefused("options.filter.match.values", "got 10001", match("a", tooMany));
    Filter deep = shareBelow(1);
    for (int depth = 1; depth < 32; depth++) {
      deep = all(deep);
    }
    search("few", vectorAtRandom(), options(deep));
    assertRefused("options.filter", "deeper than 32 filters", all(deep));
    Filter[] thousand = new Filter[1_000];
    Arrays.fill(thousand, shareBelow(1));
    search("few", vectorAtRandom(), options(all(thousand)));
    Filter[] more = Arrays.copyOf(thousand, 1_001);
    more[1_000] = shareBelow(1);
    assertRefused("options.filter.all.filters", "got 1001", all(more));
    Filter[] lists = new Filter[10];
    Arrays.fill(lists, all(thousand));
    assertRefused("options.filter", "at most 10000 conditions", all(lists));
  }
}
