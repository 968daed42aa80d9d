package dev.kith.server.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.CollectionServiceGrpc.CollectionServiceBlockingStub;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.PointServiceGrpc.PointServiceBlockingStub;
import dev.kith.proto.v1.PointServiceGrpc.PointServiceStub;
import dev.kith.proto.v1.RankServiceGrpc;
import dev.kith.proto.v1.RankServiceGrpc.RankServiceBlockingStub;
import dev.kith.proto.v1.RelevanceServiceGrpc;
import dev.kith.proto.v1.RelevanceServiceGrpc.RelevanceServiceBlockingStub;
import dev.kith.proto.v1.RelevanceServiceGrpc.RelevanceServiceStub;
import dev.kith.proto.v1.SearchServiceGrpc;
import dev.kith.proto.v1.SearchServiceGrpc.SearchServiceBlockingStub;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.UpsertResponse;
import dev.kith.proto.v1.Vector;
import dev.kith.proto.v1.VectorEncoding;
import dev.kith.proto.v1.VectorMatrix;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A real server on free ports, and raw stubs that talk to it over a socket.
public final class RunningServer implements AutoCloseable {
  private final KithServer server;
  private final ManagedChannel channel;

  public RunningServer(Path folder) throws IOException {
    this(folder, Map.of());
  }

  /// @param settings beyond the folder and the ports
  public RunningServer(Path folder, Map<String, String> settings) throws IOException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("data-directory", folder.toString());
    all.put("grpc.port", "0");
    all.put("http.port", "0");
    // The free-space gate has tests of its own; these must run on a disk as full as it is.
    all.putIfAbsent("store.min-free-bytes", "1");
    this.server = KithServer.start(ServerConfig.of(all));
    this.channel = newChannel();
  }

  public ManagedChannel newChannel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
        .usePlaintext()
        .maxInboundMessageSize(256 << 20)
        .build();
  }

  public KithServer server() {
    return server;
  }

  public ManagedChannel channel() {
    return channel;
  }

  public CollectionServiceBlockingStub collections() {
    return CollectionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  public PointServiceBlockingStub points() {
    return PointServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  public PointServiceStub pointsAsync() {
    return PointServiceGrpc.newStub(channel);
  }

  public SearchServiceBlockingStub searches() {
    return SearchServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  public RankServiceBlockingStub ranks() {
    return RankServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  public RelevanceServiceBlockingStub relevance() {
    return RelevanceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  public RelevanceServiceStub relevanceAsync() {
    return RelevanceServiceGrpc.newStub(channel);
  }

  /// Creates a collection with an HNSW index.
  public void create(String name, int dimension, Metric metric) {
    collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName(name)
                .setVector(schema(dimension, metric))
                .build());
  }

  /// Creates a collection without index.
  public void createFlat(String name, int dimension, Metric metric) {
    collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName(name)
                .setVector(schema(dimension, metric))
                .setIndex(IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()))
                .build());
  }

  public static VectorSchema schema(int dimension, Metric metric) {
    return VectorSchema.newBuilder().setDimension(dimension).setMetric(metric).build();
  }

  /// Writes rows under the numbers from `first` on.
  public UpsertResponse upsert(String collection, long first, float[]... rows) {
    return points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection(collection)
                .setPoints(batch(first, rows))
                .build());
  }

  public static PointBatch batch(long first, float[]... rows) {
    NumberIds.Builder ids = NumberIds.newBuilder();
    for (int i = 0; i < rows.length; i++) {
      ids.addValues(first + i);
    }
    return PointBatch.newBuilder()
        .setIds(PointIds.newBuilder().setNumbers(ids))
        .setVectors(matrix(rows))
        .build();
  }

  public static VectorMatrix matrix(float[]... rows) {
    ByteString data = ByteString.EMPTY;
    if (rows.length > 0) {
      ByteBuffer bytes =
          ByteBuffer.allocate(rows.length * rows[0].length * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (float[] row : rows) {
        for (float coordinate : row) {
          bytes.putFloat(coordinate);
        }
      }
      data = ByteString.copyFrom(bytes.flip());
    }
    return VectorMatrix.newBuilder()
        .setDimension(rows.length == 0 ? 1 : rows[0].length)
        .setEncoding(VectorEncoding.VECTOR_ENCODING_F32)
        .setData(data)
        .build();
  }

  public static Vector vector(float... coordinates) {
    return Vector.newBuilder().setData(matrix(new float[][] {coordinates}).getData()).build();
  }

  public static PointIds numbers(Long... values) {
    return PointIds.newBuilder()
        .setNumbers(NumberIds.newBuilder().addAllValues(List.of(values)))
        .build();
  }

  /// The details of an error that every refusal must carry.
  public static ErrorInfo info(StatusRuntimeException failure) {
    return detail(failure, ErrorInfo.class, ErrorInfo.getDefaultInstance());
  }

  /// Path of the first field at fault.
  public static String field(StatusRuntimeException failure) {
    BadRequest request = detail(failure, BadRequest.class, BadRequest.getDefaultInstance());
    return request.getFieldViolationsCount() == 0 ? "" : request.getFieldViolations(0).getField();
  }

  public static <T extends Message> T detail(
      StatusRuntimeException failure, Class<T> type, T missing) {
    Status status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return missing;
    }
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .map(
            any -> {
              try {
                return any.unpack(type);
              } catch (InvalidProtocolBufferException impossible) {
                throw new AssertionError(impossible);
              }
            })
        .findFirst()
        .orElse(missing);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
