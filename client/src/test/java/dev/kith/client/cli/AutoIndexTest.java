package dev.kith.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.kith.client.TestServer;
import dev.kith.proto.v1.AutoIndex;
import dev.kith.proto.v1.Codec;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionResponse;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexCandidate;
import dev.kith.proto.v1.IndexChoice;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.VectorSchema;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The command line of collections whose index is chosen.
final class AutoIndexTest {
  private static final IndexChoice UNTRIED =
      IndexChoice.newBuilder()
          .setIndex(IndexPolicy.newBuilder().setHnsw(HnswIndex.newBuilder().setM(16)))
          .setCodec(Codec.CODEC_F32)
          .setReason("The first trial waits for 20,000 points.")
          .setNextTrialPointCount(20_000)
          .build();

  private static final IndexPolicy LISTS =
      IndexPolicy.newBuilder().setIvf(IvfIndex.getDefaultInstance()).build();

  private static final IndexChoice TRIED =
      IndexChoice.newBuilder()
          .setIndex(LISTS)
          .setCodec(Codec.CODEC_RABITQ)
          .setReason("It answers most.")
          .addCandidates(
              IndexCandidate.newBuilder()
                  .setIndex(IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()))
                  .setCodec(Codec.CODEC_F32)
                  .setQueriesPerSecond(120.4)
                  .setRecall(1)
                  .setBytesPerVector(1536))
          .addCandidates(
              IndexCandidate.newBuilder()
                  .setIndex(LISTS)
                  .setCodec(Codec.CODEC_RABITQ)
                  .setQueriesPerSecond(12_345)
                  .setRecall(0.9512)
                  .setBytesPerVector(64.4))
          .setPointCount(25_000)
          .setSampledPointCount(20_000)
          .setSeed(3)
          .setLocalDimension(12.5)
          .setTrialTime(Timestamp.newBuilder().setSeconds(1_000_000_000))
          .setNextTrialPointCount(100_000)
          .build();

  private record Ran(int status, String out, String err) {}

  private static Ran run(String address, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--address", address));
    int status =
        new Main(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                List.of())
            .run(all.toArray(String[]::new));
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// What `collection describe` prints of a choice, after the table of the collection.
  private static String described(IndexChoice choice, String... options) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Described(choice))
            .build()
            .start();
    try {
      List<String> words = new ArrayList<>(List.of("collection", "describe", "a"));
      words.addAll(Arrays.asList(options));
      Ran ran = run("127.0.0.1:" + server.getPort(), words.toArray(String[]::new));
      assertEquals(0, ran.status(), ran.err());
      return ran.out();
    } finally {
      server.shutdownNow();
    }
  }

  /// A server of one collection without points.
  private static final class Described extends CollectionServiceGrpc.CollectionServiceImplBase {
    private final Collection collection;

    Described(IndexChoice choice) {
      AutoIndex.Builder auto = AutoIndex.newBuilder().setMemoryBytesPerVector(400);
      this.collection =
          Collection.newBuilder()
              .setName("a")
              .setVector(
                  VectorSchema.newBuilder()
                      .setDimension(4)
                      .setMetric(Metric.METRIC_DOT)
                      .setCodec(choice.getCodec()))
              .setIndex(IndexPolicy.newBuilder().setAuto(auto))
              .setChoice(choice)
              .build();
    }

    @Override
    public void getCollection(
        GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
      observer.onNext(GetCollectionResponse.newBuilder().setCollection(collection).build());
      observer.onCompleted();
    }

    @Override
    public void getCollectionStats(
        GetCollectionStatsRequest request, StreamObserver<GetCollectionStatsResponse> observer) {
      observer.onNext(GetCollectionStatsResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  @Test
  void aCollectionSaysWhatItsFirstTrialWaitsFor() throws IOException {
    String text = described(UNTRIED);
    assertTrue(text.contains("  auto memory=400  "), text);
    assertTrue(
        text.contains("\nchosen: hnsw m=16\nThe first trial waits for 20,000 points.\n\n"), text);
    String json = described(UNTRIED, "--json");
    assertTrue(
        json.contains(
            "\"index\":{\"kind\":\"auto\",\"memory_bytes_per_vector\":400},"
                + "\"choice\":{\"index\":{\"kind\":\"hnsw\",\"m\":16},\"codec\":\"f32\","
                + "\"reason\":\"The first trial waits for 20,000 points.\","
                + "\"next_trial_points\":20000}"),
        json);
  }

  @Test
  void aCollectionSaysWhatWasTriedAndWhyItChose() throws IOException {
    String text = described(TRIED);
    assertTrue(
        text.contains(
            """

            chosen: ivf codec=rabitq
            It answers most.
            tried at 2001-09-09T01:46:40Z on 20,000 of 25,000 points, seed 3; the next trial is at 100,000

            TRIED             RECALL  QUERIES/S  BYTES/VECTOR
            flat               1.000        120         1,536
            ivf codec=rabitq   0.951     12,345            64
            """),
        text);
    String json = described(TRIED, "--json");
    assertTrue(
        json.contains(
            "\"trial\":{\"time\":\"2001-09-09T01:46:40Z\",\"points\":25000,"
                + "\"sampled_points\":20000,\"seed\":3,\"local_dimension\":12.5,\"candidates\":["
                + "{\"index\":{\"kind\":\"flat\"},\"codec\":\"f32\",\"recall\":1.0,"
                + "\"queries_per_second\":120.4,\"bytes_per_vector\":1536.0},"
                + "{\"index\":{\"kind\":\"ivf\"},\"codec\":\"rabitq\",\"recall\":0.9512,"
                + "\"queries_per_second\":12345.0,\"bytes_per_vector\":64.4}]}"),
        json);
  }

  @Test
  void aChoiceIsAskedForWithOrWithoutABoundAndWithNothingElse() throws IOException {
    try (TestServer server = TestServer.start()) {
      String address = server.address();
      String[] create = {"collection", "create", "a", "--dimension", "4"};
      Ran any = run(address, with(create, "--index", "auto"));
      assertTrue(any.out().contains("  auto  "), any.out());
      String[] update = {"collection", "update", "a", "--index", "auto"};
      Ran bounded = run(address, with(update, "--memory-bytes-per-vector", "400"));
      assertTrue(bounded.out().contains("  auto memory=400  "), bounded.out() + bounded.err());
      assertEquals(2, run(address, with(create, "--memory-bytes-per-vector", "400")).status());
      assertEquals(2, run(address, with(update, "--memory-bytes-per-vector", "0")).status());
      assertEquals(2, run(address, with(update, "--codec", "int8")).status());
      assertEquals(2, run(address, with(update, "--m", "8")).status());
      assertEquals(2, run(address, with(update, "--lists", "8")).status());
    }
  }

  private static String[] with(String[] arguments, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }
}
