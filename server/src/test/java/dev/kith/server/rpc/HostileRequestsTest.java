package dev.kith.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.MixedIds;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchServiceGrpc;
import dev.kith.proto.v1.TextIds;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.VectorMatrix;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Thousands of requests that nobody honest sends. The server answers each with a refusal, keeps
/// its data as it was, and is as well afterwards as before.
final class HostileRequestsTest {
  private static final int DIMENSION = 16;
  private static final int POINTS = 300;

  private static final List<String> NAMES =
      List.of(
          "",
          "..",
          "../../etc/passwd",
          "/etc/passwd",
          "C:\\windows",
          "a\r\nERROR forged line",
          "\u001b[2J\u001b[31mred",
          "a\u0000b",
          "victim/../victim",
          "n".repeat(100_000),
          "\u202Evictim",
          "VICTIM",
          "%00",
          "${jndi:ldap://x}");

  /// A method that changes nothing when its request is refused.
  private record Target(MethodDescriptor<?, ?> method, Message valid) {}

  private static final List<Target> TARGETS =
      List.of(
          new Target(
              SearchServiceGrpc.getSearchMethod(),
              SearchRequest.newBuilder()
                  .setCollection("victim")
                  .setVector(RunningServer.vector(new float[DIMENSION]))
                  .setOptions(SearchOptions.newBuilder().setLimit(5).setEf(50))
                  .build()),
          new Target(
              SearchServiceGrpc.getSearchBatchMethod(),
              SearchBatchRequest.newBuilder()
                  .setCollection("victim")
                  .setVectors(RunningServer.matrix(new float[3][DIMENSION]))
                  .build()),
          new Target(
              PointServiceGrpc.getGetPointsMethod(),
              GetPointsRequest.newBuilder()
                  .setCollection("victim")
                  .setIds(RunningServer.numbers(1L, 2L))
                  .build()),
          new Target(
              PointServiceGrpc.getCountPointsMethod(),
              CountPointsRequest.newBuilder().setCollection("victim").build()),
          new Target(
              CollectionServiceGrpc.getGetCollectionMethod(),
              GetCollectionRequest.newBuilder().setName("victim").build()));

  @ParameterizedTest(name = "10,000 requests, seed {0}")
  @ValueSource(longs = 20_261_121)
  void hostileRequestsChangeNothing(long seed, @TempDir Path folder) throws Exception {
    attack(seed, 10_000, folder);
  }

  @Tag("long")
  @ParameterizedTest(name = "100,000 requests, seed {0}")
  @ValueSource(longs = {1, 2})
  void manyMoreChangeNothingEither(long seed, @TempDir Path folder) throws Exception {
    attack(seed, 100_000, folder);
  }

  private static void attack(long seed, int requests, Path folder) throws Exception {
    Random random = new Random(seed);
    try (RunningServer server = new RunningServer(folder)) {
      server.create("victim", DIMENSION, Metric.METRIC_COSINE);
      float[][] rows = new float[POINTS][DIMENSION];
      for (float[] row : rows) {
        for (int i = 0; i < DIMENSION; i++) {
          row[i] = (float) random.nextGaussian();
        }
      }
      server.upsert("victim", 0, rows);
      String before = state(server);
      ManagedChannel channel = server.newChannel();
      Map<Code, Integer> codes = new EnumMap<>(Code.class);
      long heap = 0;
      for (int i = 0; i < requests; i++) {
        Code code = sendOne(channel, random);
        codes.merge(code, 1, Integer::sum);
        assertTrue(
            code != Code.INTERNAL && code != Code.UNKNOWN && code != Code.DEADLINE_EXCEEDED,
            "request %d was answered with %s".formatted(i, code));
        if (i == requests / 5) {
          heap = usedHeap(); // Everything is loaded and compiled by now.
        }
      }
      long grown = usedHeap() - heap;
      channel.shutdownNow();
      assertTrue(codes.getOrDefault(Code.INVALID_ARGUMENT, 0) > requests / 2, codes.toString());
      assertTrue(grown < 64L << 20, "heap grew by " + grown);
      assertEquals(before, state(server));
      assertEquals(
          List.of(),
          server
              .collections()
              .verifyCollection(VerifyCollectionRequest.newBuilder().setName("victim").build())
              .getViolationsList());
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(server.channel())
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus());
    }
  }

  /// Everything a client can see of the data.
  private static String state(RunningServer server) {
    CRC32C crc = new CRC32C();
    Iterator<ScrollResponse> walk =
        server
            .points()
            .scroll(ScrollRequest.newBuilder().setCollection("victim").setWithVector(true).build());
    walk.forEachRemaining(
        response -> response.getPointsList().forEach(point -> crc.update(point.toByteArray())));
    var count =
        server
            .points()
            .countPoints(CountPointsRequest.newBuilder().setCollection("victim").build());
    var collections =
        server
            .collections()
            .listCollections(dev.kith.proto.v1.ListCollectionsRequest.getDefaultInstance());
    return "%d points, LSN %d of %d, checksum %x, %s"
        .formatted(
            count.getPointCount(),
            count.getLsn(),
            server.server().catalog().lsn(),
            crc.getValue(),
            collections);
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static Code sendOne(ManagedChannel channel, Random random) throws IOException {
    int kind = random.nextInt(100);
    if (kind < 30) {
      Target target = TARGETS.get(random.nextInt(TARGETS.size()));
      return send(channel, target.method(), damaged(target.valid(), random), random);
    }
    if (kind < 31) {
      return send(channel, SearchServiceGrpc.getSearchMethod(), heavy(random), random);
    }
    return hostile(channel, random);
  }

  private static byte[] damaged(Message valid, Random random) throws IOException {
    byte[] bytes = valid.toByteArray();
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        for (int i = 0; i <= random.nextInt(4); i++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield bytes;
      }
      case 2 -> {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        yield noise;
      }
      default -> {
        // A field that nobody knows, at the end.
        ByteString.Output output = ByteString.newOutput();
        output.write(bytes);
        CodedOutputStream coded = CodedOutputStream.newInstance(output);
        coded.writeUInt64(1_000 + random.nextInt(1_000), random.nextLong());
        coded.flush();
        yield output.toByteString().toByteArray();
      }
    };
  }

  /// Small on the wire, large or deep in memory.
  private static byte[] heavy(Random random) throws IOException {
    return switch (random.nextInt(3)) {
      case 0 -> {
        byte[] many = new byte[400_000]; // 200,000 empty ids of two bytes.
        for (int i = 0; i < many.length; i += 2) {
          many[i] = 10;
        }
        yield GetPointsRequest.newBuilder()
            .setCollection("victim")
            .setIds(
                PointIds.parseFrom(
                    ByteString.copyFrom(new byte[] {34})
                        .concat(varint(many.length))
                        .concat(ByteString.copyFrom(many))))
            .build()
            .toByteArray();
      }
      case 1 -> {
        Filter filter = Filter.newBuilder().setPresent("a").build();
        for (int i = 0; i < 40 + random.nextInt(200); i++) {
          filter = Filter.newBuilder().setNegation(filter).build();
        }
        yield SearchRequest.newBuilder()
            .setCollection("victim")
            .setOptions(SearchOptions.newBuilder().setFilter(filter))
            .build()
            .toByteArray();
      }
      default -> new byte[8 << 20]; // Compresses to a few kilobytes.
    };
  }

  private static ByteString varint(int value) throws IOException {
    ByteString.Output output = ByteString.newOutput();
    CodedOutputStream coded = CodedOutputStream.newInstance(output);
    coded.writeUInt32NoTag(value);
    coded.flush();
    return output.toByteString();
  }

  private static Code hostile(ManagedChannel channel, Random random) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    int odd =
        switch (random.nextInt(5)) {
          case 0 -> 0;
          case 1 -> -1;
          case 2 -> Integer.MIN_VALUE;
          case 3 -> 10_001 + random.nextInt(1_000_000);
          default -> Integer.MAX_VALUE;
        };
    return switch (random.nextInt(10)) {
      case 0 ->
          send(channel, SearchServiceGrpc.getSearchMethod(), search().setCollection(name).build());
      case 1 ->
          send(
              channel,
              SearchServiceGrpc.getSearchMethod(),
              search()
                  .setOptions(
                      random.nextBoolean()
                          ? SearchOptions.newBuilder().setLimit(odd)
                          : SearchOptions.newBuilder().setEf(odd))
                  .build());
      case 2 ->
          send(
              channel,
              SearchServiceGrpc.getSearchMethod(),
              search().setVector(RunningServer.vector(bad(random, DIMENSION))).build());
      case 3 ->
          send(
              channel,
              CollectionServiceGrpc.getCreateCollectionMethod(),
              CreateCollectionRequest.newBuilder()
                  .setName(name.isEmpty() || name.equals("VICTIM") ? ".." : name)
                  .setVector(
                      VectorSchema.newBuilder()
                          .setDimension(odd)
                          .setMetricValue(random.nextInt(1, 8)))
                  .build());
      case 4 ->
          send(
              channel,
              CollectionServiceGrpc.getUpdateCollectionMethod(),
              UpdateCollectionRequest.newBuilder()
                  .setName("victim")
                  .setDefaultEf(odd)
                  .setSegmentPoints(999)
                  .build());
      case 5 -> send(channel, PointServiceGrpc.getUpsertMethod(), badUpsert(random, odd));
      case 6 ->
          send(
              channel,
              PointServiceGrpc.getDeletePointsMethod(),
              DeletePointsRequest.newBuilder()
                  .setCollection("victim")
                  .setIds(badIds(random))
                  .build());
      case 7 ->
          send(
              channel,
              PointServiceGrpc.getGetPointsMethod(),
              GetPointsRequest.newBuilder().setCollection("victim").setIds(badIds(random)).build());
      case 8 -> {
        byte[] cursor = new byte[random.nextInt(1, 600)];
        random.nextBytes(cursor);
        yield scroll(
            channel,
            ScrollRequest.newBuilder()
                .setCollection("victim")
                .setCursor(ByteString.copyFrom(cursor))
                .build());
      }
      default ->
          send(
              channel,
              SearchServiceGrpc.getSearchBatchMethod(),
              SearchBatchRequest.newBuilder()
                  .setCollection("victim")
                  .setVectors(
                      VectorMatrix.newBuilder()
                          .setDimension(random.nextBoolean() ? odd : DIMENSION)
                          .setData(ByteString.copyFrom(new byte[random.nextInt(1, 500) | 1])))
                  .build());
    };
  }

  private static SearchRequest.Builder search() {
    float[] query = new float[DIMENSION];
    query[0] = 1;
    return SearchRequest.newBuilder()
        .setCollection("victim")
        .setVector(RunningServer.vector(query));
  }

  private static float[] bad(Random random, int dimension) {
    float[] vector = new float[dimension];
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    if (random.nextInt(4) > 0) { // Otherwise zero, which has no cosine.
      vector[random.nextInt(dimension)] = values[random.nextInt(values.length)];
    }
    return vector;
  }

  private static UpsertRequest badUpsert(Random random, int odd) {
    PointBatch.Builder points = RunningServer.batch(0, new float[][] {unit()}).toBuilder();
    switch (random.nextInt(6)) {
      case 0 -> points.getVectorsBuilder().setDimension(odd);
      case 1 -> points.setVectors(RunningServer.matrix(new float[][] {bad(random, DIMENSION)}));
      case 2 -> points.addPayloads(ByteString.copyFrom(new byte[random.nextInt(1, 50)]));
      case 3 -> points.addPayloads(ByteString.EMPTY).addPayloads(ByteString.EMPTY);
      case 4 -> points.setIds(badIds(random));
      default ->
          points.addPayloads(
              ByteString.copyFromUtf8("{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}"));
    }
    return UpsertRequest.newBuilder().setCollection("victim").setPoints(points).build();
  }

  private static float[] unit() {
    float[] vector = new float[DIMENSION];
    vector[1] = 1;
    return vector;
  }

  private static PointIds badIds(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> PointIds.getDefaultInstance();
      case 1 -> PointIds.newBuilder().setTexts(TextIds.newBuilder().addValues("")).build();
      case 2 ->
          PointIds.newBuilder()
              .setTexts(TextIds.newBuilder().addValues("x".repeat(513 + random.nextInt(9_000))))
              .build();
      case 3 ->
          PointIds.newBuilder()
              .setUuids(ByteString.copyFrom(new byte[1 + 16 * random.nextInt(5)]))
              .build();
      default ->
          PointIds.newBuilder()
              .setMixed(MixedIds.newBuilder().addValues(PointId.getDefaultInstance()))
              .build();
    };
  }

  private static Code send(ManagedChannel channel, MethodDescriptor<?, ?> method, Message request) {
    return send(channel, method, request.toByteArray(), null);
  }

  private static Code scroll(ManagedChannel channel, ScrollRequest request) {
    try {
      PointServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .scroll(request)
          .forEachRemaining(response -> {});
      return Code.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus().getCode();
    }
  }

  private static Code send(
      ManagedChannel channel,
      MethodDescriptor<?, ?> method,
      byte[] bytes,
      @org.jspecify.annotations.Nullable Random random) {
    MethodDescriptor<byte[], byte[]> raw = method.toBuilder(new Raw(), new Raw()).build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    if (random != null && random.nextInt(3) == 0) {
      options = options.withCompression("gzip");
    }
    try {
      ClientCalls.blockingUnaryCall(channel, raw, options, bytes);
      return Status.OK.getCode();
    } catch (StatusRuntimeException refused) {
      return refused.getStatus().getCode();
    }
  }

  /// Sends bytes as they are.
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
  }
}
