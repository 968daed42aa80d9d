package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.batch;
import static dev.kith.server.testing.RunningServer.detail;
import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.info;
import static dev.kith.server.testing.RunningServer.matrix;
import static dev.kith.server.testing.RunningServer.numbers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.DeletePointsResponse;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.GetPointsResponse;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.MixedIds;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.TextIds;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.UpsertResponse;
import dev.kith.proto.v1.VectorEncoding;
import dev.kith.proto.v1.VectorMatrix;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PointRpcTest {
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    server.create("points", 2, Metric.METRIC_EUCLIDEAN);
    server.create("cosine", 2, Metric.METRIC_COSINE);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static UpsertRequest.Builder upsert(PointBatch.Builder points) {
    return UpsertRequest.newBuilder().setCollection("points").setPoints(points);
  }

  private static PointBatch.Builder one() {
    return batch(1, new float[] {1, 2}).toBuilder();
  }

  private UpsertResponse write(PointBatch.Builder points) {
    return server.points().upsert(upsert(points).build());
  }

  private StatusRuntimeException refused(UpsertRequest.Builder request) {
    return assertThrows(
        StatusRuntimeException.class, () -> server.points().upsert(request.build()));
  }

  private String refusedField(UnaryOperator<PointBatch.Builder> change) {
    return field(refused(upsert(change.apply(one()))));
  }

  private GetPointsResponse get(PointIds ids) {
    return server
        .points()
        .getPoints(GetPointsRequest.newBuilder().setCollection("points").setIds(ids).build());
  }

  private long count() {
    return server
        .points()
        .countPoints(CountPointsRequest.newBuilder().setCollection("points").build())
        .getPointCount();
  }

  @Test
  void idsOfEveryKindVectorsAndPayloadsComeBackAsTheyWereWritten() {
    PointIds ids =
        PointIds.newBuilder()
            .setMixed(
                MixedIds.newBuilder()
                    .addValues(PointId.newBuilder().setNumber(-1))
                    .addValues(PointId.newBuilder().setText("-1"))
                    .addValues(PointId.newBuilder().setText("日本 \u0000\n"))
                    .addValues(
                        PointId.newBuilder().setUuid(ByteString.copyFromUtf8("0123456789abcdef"))))
            .build();
    VectorMatrix vectors =
        matrix(new float[][] {{0f, -0f}, {Float.MIN_VALUE, Float.MAX_VALUE}, {1e-30f, 3}, {4, 5}});
    ByteString payload = ByteString.copyFromUtf8("{ \"k\" : [1,2, {}] }");
    UpsertResponse written =
        write(
            PointBatch.newBuilder()
                .setIds(ids)
                .setVectors(vectors)
                .addPayloads(payload)
                .addPayloads(ByteString.EMPTY)
                .addPayloads(payload)
                .addPayloads(ByteString.EMPTY));
    assertEquals(4, written.getPointCount());
    assertEquals(Durability.DURABILITY_DISK, written.getDurability());
    GetPointsResponse read = get(ids);
    assertEquals(0, read.getMissingCount());
    for (int i = 0; i < 4; i++) {
      Point point = read.getPoints(i);
      assertEquals(ids.getMixed().getValues(i), point.getId());
      assertEquals(written.getLsn(), point.getVersion());
      assertEquals(vectors.getData().substring(8 * i, 8 * i + 8), point.getVector().getData());
      assertEquals(VectorEncoding.VECTOR_ENCODING_F32, point.getVector().getEncoding());
      assertEquals(i % 2 == 0 ? payload : ByteString.EMPTY, point.getPayload());
    }
  }

  @Test
  void uuidsInOneColumnAreSixteenBytesEach() {
    PointIds uuids = PointIds.newBuilder().setUuids(ByteString.copyFrom(new byte[32])).build();
    assertEquals(
        1,
        write(
                PointBatch.newBuilder()
                    .setIds(uuids)
                    .setVectors(matrix(new float[] {1, 1}, new float[] {2, 2})))
            .getPointCount());
    Point point = get(uuids).getPoints(0);
    assertEquals(ByteString.copyFrom(new byte[16]), point.getId().getUuid());
    assertEquals(matrix(new float[][] {{2, 2}}).getData(), point.getVector().getData());
    assertEquals(
        "points.ids.uuids",
        refusedField(
            b -> b.setIds(PointIds.newBuilder().setUuids(ByteString.copyFrom(new byte[17])))));
  }

  @Test
  void halfPrecisionInt8AndTypedNumbersAreWidenedExactly() {
    VectorMatrix int8 =
        VectorMatrix.newBuilder()
            .setDimension(2)
            .setEncoding(VectorEncoding.VECTOR_ENCODING_INT8)
            .setData(ByteString.copyFrom(new byte[] {-128, 127}))
            .build();
    write(one().setIds(numbers(800L)).setVectors(int8));
    assertEquals(
        matrix(new float[][] {{-128, 127}}).getData(),
        get(numbers(800L)).getPoints(0).getVector().getData());
    VectorMatrix f16 =
        VectorMatrix.newBuilder()
            .setDimension(2)
            .setEncoding(VectorEncoding.VECTOR_ENCODING_F16)
            .setData(ByteString.copyFrom(new byte[] {0, 0x3C, 1, 0}))
            .build();
    write(one().setIds(numbers(801L)).setVectors(f16));
    assertEquals(
        matrix(new float[][] {{1, 0x1p-24f}}).getData(),
        get(numbers(801L)).getPoints(0).getVector().getData());
    VectorMatrix typed =
        VectorMatrix.newBuilder().setDimension(2).addValues(7).addValues(8).build();
    write(one().setIds(numbers(802L)).setVectors(typed));
    assertEquals(
        matrix(new float[][] {{7, 8}}).getData(),
        get(numbers(802L)).getPoints(0).getVector().getData());
  }

  @Test
  void anIdTwiceInABatchMeansItsLastPoint() {
    UpsertResponse written =
        write(
            PointBatch.newBuilder()
                .setIds(numbers(900L, 900L))
                .setVectors(matrix(new float[] {1, 1}, new float[] {2, 2})));
    assertEquals(1, written.getPointCount());
    assertEquals(
        matrix(new float[][] {{2, 2}}).getData(),
        get(numbers(900L)).getPoints(0).getVector().getData());
  }

  @Test
  void missingPointsAreListedAndDeletedOnesAreMissing() {
    write(one().setIds(numbers(700L)));
    DeletePointsRequest delete =
        DeletePointsRequest.newBuilder()
            .setCollection("points")
            .setIds(numbers(700L, 701L))
            .setDurability(Durability.DURABILITY_OS)
            .build();
    DeletePointsResponse deleted = server.points().deletePoints(delete);
    assertEquals(1, deleted.getPointCount());
    assertTrue(deleted.getDurability().getNumber() >= Durability.DURABILITY_OS_VALUE);
    assertEquals(0, server.points().deletePoints(delete).getPointCount());
    assertEquals(
        List.of(PointId.newBuilder().setNumber(700).build()), get(numbers(700L)).getMissingList());
  }

  @Test
  void readsLeaveOutWhatIsNotWanted() {
    write(one().setIds(numbers(600L)).addPayloads(ByteString.copyFromUtf8("{}")));
    Point point =
        server
            .points()
            .getPoints(
                GetPointsRequest.newBuilder()
                    .setCollection("points")
                    .setIds(numbers(600L))
                    .setWithVector(false)
                    .setWithPayload(false)
                    .build())
            .getPoints(0);
    assertFalse(point.hasVector());
    assertTrue(point.getPayload().isEmpty());
  }

  @Test
  void lyingShapesAreRefusedByField() {
    assertEquals("points.vectors.dimension", refusedField(b -> b.setVectors(dimension(3))));
    assertEquals("points.vectors.dimension", refusedField(b -> b.setVectors(dimension(0))));
    assertEquals("points.vectors.dimension", refusedField(b -> b.setVectors(dimension(-1))));
    assertEquals(
        "points.vectors.dimension", refusedField(b -> b.setVectors(dimension(Integer.MAX_VALUE))));
    assertEquals(
        "points.vectors.data",
        refusedField(b -> b.setVectors(matrix(new float[] {1, 2}, new float[] {1, 2}))));
    assertEquals(
        "points.vectors",
        refusedField(b -> b.setVectors(VectorMatrix.newBuilder().setDimension(2))));
    assertEquals(
        "points.vectors", refusedField(b -> b.setVectors(b.getVectors().toBuilder().addValues(1))));
    assertEquals(
        "points.vectors.values",
        refusedField(b -> b.setVectors(VectorMatrix.newBuilder().setDimension(2).addValues(1))));
    assertEquals("points.ids", refusedField(PointBatch.Builder::clearIds));
    assertEquals("points.ids", refusedField(b -> b.setIds(numbers())));
    assertEquals(
        "points.payloads",
        refusedField(b -> b.addPayloads(ByteString.EMPTY).addPayloads(ByteString.EMPTY)));
    assertEquals(
        "ERROR_REASON_UNSUPPORTED_FIELD",
        info(refused(upsert(one().setVectors(one().getVectors().toBuilder().setEncodingValue(9)))))
            .getReason());
    assertEquals(
        "ERROR_REASON_UNSUPPORTED_FIELD",
        info(refused(upsert(one()).setDurabilityValue(9))).getReason());
  }

  private static VectorMatrix.Builder dimension(int dimension) {
    return matrix(new float[][] {{1, 2}}).toBuilder().setDimension(dimension);
  }

  @Test
  void tooManyPointsAreRefused() {
    float[][] rows = new float[10_001][2];
    StatusRuntimeException failure = refused(upsert(batch(0, rows).toBuilder()));
    assertEquals("points.ids", field(failure));
    assertTrue(String.valueOf(failure.getMessage()).contains("10000"), failure.getMessage());
  }

  @Test
  void onePointThatCannotBeStoredKeepsTheWholeBatchOut() {
    long before = count();
    StatusRuntimeException failure =
        refused(
            upsert(
                batch(
                    5_000,
                    new float[][] {{1, 1}, {Float.NaN, 1}, {1, 1}, {1, Float.NEGATIVE_INFINITY}})
                    .toBuilder()));
    assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
    assertEquals("ERROR_REASON_INVALID_POINTS", info(failure).getReason());
    BadRequest request = detail(failure, BadRequest.class, BadRequest.getDefaultInstance());
    assertEquals(
        List.of("points[1]", "points[3]"),
        request.getFieldViolationsList().stream().map(violation -> violation.getField()).toList());
    assertTrue(request.getFieldViolations(0).getDescription().contains("5001"));
    assertEquals(before, count());
    StatusRuntimeException zero =
        refused(upsert(one().setVectors(matrix(new float[][] {{0, 0}}))).setCollection("cosine"));
    assertEquals("points[0]", field(zero));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "{", "{}x", "{\"a\":}", "\"a\"", "\u0000{}", "{'a':1}"})
  void aPayloadThatIsNoJsonObjectIsRefused(String payload) {
    StatusRuntimeException failure =
        refused(upsert(one().addPayloads(ByteString.copyFromUtf8(payload))));
    assertEquals("ERROR_REASON_INVALID_POINTS", info(failure).getReason());
  }

  @Test
  void aPayloadLargerThanTheLimitIsRefused() {
    String payload = "{\"a\":\"" + "x".repeat(1 << 20) + "\"}";
    assertEquals(
        "ERROR_REASON_INVALID_POINTS",
        info(refused(upsert(one().addPayloads(ByteString.copyFromUtf8(payload))))).getReason());
  }

  @Test
  void textIdsHave1To512Bytes() {
    write(one().setIds(texts("é".repeat(256))));
    assertEquals(
        "ERROR_REASON_INVALID_POINTS",
        info(refused(upsert(one().setIds(texts("é".repeat(256) + "x"))))).getReason());
    assertEquals(
        "ERROR_REASON_INVALID_POINTS", info(refused(upsert(one().setIds(texts(""))))).getReason());
    assertEquals("ids[0]", field(assertThrows(StatusRuntimeException.class, () -> get(texts("")))));
  }

  private static PointIds texts(String... texts) {
    return PointIds.newBuilder()
        .setTexts(TextIds.newBuilder().addAllValues(List.of(texts)))
        .build();
  }

  @Test
  void filtersAreRefusedNotIgnored() {
    StatusRuntimeException delete =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .points()
                    .deletePoints(
                        DeletePointsRequest.newBuilder()
                            .setCollection("points")
                            .setFilter(Filter.getDefaultInstance())
                            .build()));
    assertEquals("filter", field(delete));
    StatusRuntimeException count =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .points()
                    .countPoints(
                        CountPointsRequest.newBuilder()
                            .setCollection("points")
                            .setFilter(Filter.getDefaultInstance())
                            .build()));
    assertEquals("ERROR_REASON_UNSUPPORTED_FIELD", info(count).getReason());
  }

  @Test
  void aReadThatAsksForALaterLsnIsRefused() {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .points()
                    .getPoints(
                        GetPointsRequest.newBuilder()
                            .setCollection("points")
                            .setIds(numbers(1L))
                            .setMinLsn(-1)
                            .build()));
    assertEquals("ERROR_REASON_LSN_NOT_REACHED", info(failure).getReason());
  }
}
