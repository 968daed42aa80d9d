package dev.kith.server;

import static dev.kith.server.testing.RunningServer.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.server.collection.CollectionStats;
import dev.kith.server.testing.RunningServer;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KithServerTest {

  @TempDir Path folder;

  private static HttpResponse<String> http(RunningServer server, String method, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + server.server().httpAddress() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .timeout(Duration.ofSeconds(20))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void whatWasWrittenIsThereAfterARestart() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      server.create("kept", 2, Metric.METRIC_DOT);
      server.upsert("kept", 0, new float[100][2]);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(
          100,
          server
              .points()
              .countPoints(CountPointsRequest.newBuilder().setCollection("kept").build())
              .getPointCount());
    }
  }

  @ParameterizedTest
  @CsvSource({"mapped, 0", "memory, 1"})
  void sealedSegmentsAreSearchedWhereTheSettingSays(String residence, int copies)
      throws IOException {
    Map<String, String> settings = Map.of("store.segment-residence", residence);
    try (RunningServer server = new RunningServer(folder, settings)) {
      server.create("sealed", 2, Metric.METRIC_DOT);
      server.upsert("sealed", 0, new float[] {1, 0}, new float[] {0, 1});
      server.server().catalog().collection("sealed").optimize().join();
      assertSearchable(server, copies);
    }
    try (RunningServer server = new RunningServer(folder, settings)) {
      assertSearchable(server, copies);
    }
  }

  private static void assertSearchable(RunningServer server, int copies) {
    CollectionStats stats = server.server().catalog().collection("sealed").stats();
    assertTrue(stats.fileBytes() > 0, stats::toString);
    // Sections are copied, but not what frames them.
    assertEquals(copies == 1, stats.memoryBytes() > 0);
    assertTrue(stats.memoryBytes() <= stats.fileBytes(), stats::toString);
    SearchResponse found =
        server
            .searches()
            .search(
                SearchRequest.newBuilder()
                    .setCollection("sealed")
                    .setVector(RunningServer.vector(0.1f, 1))
                    .setOptions(SearchOptions.newBuilder().setLimit(1))
                    .build());
    assertEquals(1, found.getHits(0).getId().getNumber());
  }

  @Test
  void healthIsServedOverGrpcAndHttp() throws Exception {
    try (RunningServer server = new RunningServer(folder)) {
      HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(server.channel());
      for (String service : List.of("", "kith.v1.SearchService", "kith.v1.PointService")) {
        assertEquals(
            ServingStatus.SERVING,
            health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus());
      }
      HttpResponse<String> page = http(server, "GET", "/healthz");
      assertEquals(200, page.statusCode());
      assertEquals("serving\n", page.body());
    }
  }

  @Test
  void theContractCanBeAskedForByReflection() throws Exception {
    try (RunningServer server = new RunningServer(folder)) {
      BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(server.channel())
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answers.add(response);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      ServerReflectionResponse services = answers.poll(20, TimeUnit.SECONDS);
      assertTrue(String.valueOf(services).contains("kith.v1.SearchService"));
      requests.onNext(
          ServerReflectionRequest.newBuilder()
              .setFileContainingSymbol("kith.v1.PointService")
              .build());
      ServerReflectionResponse file = answers.poll(20, TimeUnit.SECONDS);
      assertTrue(file != null && file.hasFileDescriptorResponse());
      requests.onCompleted();
    }
  }

  @Test
  void metricsTellWhatWasCalledAndWhatIsHeld() throws Exception {
    try (RunningServer server = new RunningServer(folder)) {
      server.create("measured", 2, Metric.METRIC_DOT);
      server.upsert("measured", 0, new float[30][2]);
      assertThrows(RuntimeException.class, () -> server.upsert("missing", 0, new float[1][2]));
      HttpResponse<String> page = http(server, "GET", "/metrics");
      assertEquals(200, page.statusCode());
      String text = page.body();
      for (String part :
          List.of(
              "kith_requests_seconds_count{code=\"OK\",method=\"kith.v1.PointService/Upsert\"} 1",
              "kith_requests_seconds_count{code=\"NOT_FOUND\",method=\"kith.v1.PointService/Upsert\"}",
              "kith_requests_seconds_bucket{",
              "kith_points{collection=\"measured\"} 30",
              "kith_tail_points{collection=\"measured\"}",
              "kith_segments{collection=\"measured\"}",
              "kith_searches_queued",
              "kith_store_fenced 0",
              "kith_rocksdb_",
              "jvm_memory_used_bytes")) {
        assertTrue(text.contains(part), part + " is missing in\n" + text);
      }
    }
  }

  @Test
  void theHttpPortServesNothingElse() throws Exception {
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(404, http(server, "GET", "/").statusCode());
      assertEquals(404, http(server, "GET", "/metrics/../etc/passwd").statusCode());
      assertEquals(200, http(server, "GET", "/healthz?probe=1").statusCode());
      assertEquals(405, http(server, "POST", "/metrics").statusCode());
      assertEquals(405, http(server, "DELETE", "/healthz").statusCode());
      HttpResponse<String> head = http(server, "HEAD", "/healthz");
      assertEquals(200, head.statusCode());
      assertEquals("", head.body());
      for (String request :
          List.of(
              "nonsense\r\n\r\n",
              "GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n",
              "GET / HTTP/1.1\r\nX: " + "y".repeat(100_000) + "\r\n\r\n",
              "POST /healthz HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n")) {
        try (Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), server.server().httpPort())) {
          socket.setSoTimeout(20_000);
          socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
          socket.getOutputStream().flush();
          String answer =
              new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
          assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
        }
      }
      assertEquals(200, http(server, "GET", "/healthz").statusCode());
    }
  }

  @Test
  void aStopFinishesWhatIsUnderWayAndTellsStreamsToGo() throws Exception {
    RunningServer server = new RunningServer(folder);
    server.create("stopped", 2, Metric.METRIC_DOT);
    BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    ManagedChannel channel = server.newChannel();
    StreamObserver<IngestRequest> requests =
        PointServiceGrpc.newStub(channel)
            .ingest(
                new StreamObserver<>() {
                  @Override
                  public void onNext(IngestResponse response) {
                    events.add(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    events.add(failure);
                  }

                  @Override
                  public void onCompleted() {
                    events.add("completed");
                  }
                });
    requests.onNext(
        IngestRequest.newBuilder()
            .setStart(IngestStart.newBuilder().setCollection("stopped").setSession("s"))
            .build());
    requests.onNext(
        IngestRequest.newBuilder()
            .setBatch(IngestBatch.newBuilder().setSequence(1).setPoints(batch(1, new float[10][2])))
            .build());
    List<Object> seen = new ArrayList<>();
    while (seen.stream().noneMatch(e -> e instanceof IngestResponse r && r.hasAck())) {
      seen.add(events.poll(20, TimeUnit.SECONDS));
    }
    long began = System.nanoTime();
    server.server().close();
    assertTrue(
        Duration.ofNanos(System.nanoTime() - began).compareTo(Duration.ofSeconds(20)) < 0,
        "a stream that would not end held up the stop");
    Object last = events.poll(20, TimeUnit.SECONDS);
    assertTrue(last instanceof Throwable, String.valueOf(last));
    assertEquals(Code.UNAVAILABLE, Status.fromThrowable((Throwable) last).getCode());
    channel.shutdownNow();
    server.close(); // A second time does nothing.
    try (RunningServer again = new RunningServer(folder)) {
      assertEquals(
          10,
          again
              .points()
              .countPoints(CountPointsRequest.newBuilder().setCollection("stopped").build())
              .getPointCount());
    }
  }

  @Test
  void aConnectionThatNeverSpeaksIsClosedAndTooManyAreRefused() throws Exception {
    try (RunningServer server =
        new RunningServer(
            folder, Map.of("grpc.handshake-timeout", "200ms", "grpc.max-connections", "3"))) {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), server.server().grpcPort()));
      }
      for (Socket socket : sockets) {
        socket.setSoTimeout(20_000);
        assertTrue(endsSoon(socket), "still open");
        socket.close();
      }
      server.create("after", 2, Metric.METRIC_DOT);
    }
  }

  /// Reads until the peer closes; false if it does not within the socket's timeout.
  private static boolean endsSoon(Socket socket) {
    try {
      byte[] buffer = new byte[1024];
      while (socket.getInputStream().read(buffer) >= 0) {
        assertTrue(buffer.length > 0); // What the server says before it hangs up does not matter.
      }
      return true;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /// What the command printed and returned.
  private record Ran(int code, String out, String err) {}

  private static Ran serve(String... args) {
    ToolProvider command =
        ServiceLoader.load(ToolProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(tool -> tool.name().equals("kith-serve"))
            .findFirst()
            .orElseThrow();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = command.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void aSecondServerOnTheSameFolderIsRefusedInWords() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      Ran second = serve("--data", folder.toString(), "--port", "0", "--http-port", "0");
      assertEquals(ServeCommand.FAILED, second.code());
      assertTrue(
          second.err().contains("in use") && second.err().contains(folder.toString()),
          second.err());
      assertFalse(second.err().contains("\tat "), second.err());
      Ran samePort =
          serve(
              "--data",
              folder.resolve("other").toString(),
              "--port",
              Integer.toString(server.server().grpcPort()),
              "--http-port",
              "0");
      assertEquals(ServeCommand.USAGE, samePort.code());
      assertTrue(samePort.err().contains("grpc.port"), samePort.err());
    }
  }

  @Test
  void wrongUsageAndConfigurationAreToldAndNothingStarts() {
    assertEquals(ServeCommand.USAGE, serve("--nonsense").code());
    Ran port = serve("--port", "99999");
    assertEquals(ServeCommand.USAGE, port.code());
    assertTrue(port.err().contains("grpc.port") && port.err().contains("65535"), port.err());
    Ran open = serve("--host", "0.0.0.0");
    assertEquals(ServeCommand.USAGE, open.code());
    assertTrue(open.err().contains("--insecure"), open.err());
    Ran help = serve("--help");
    assertEquals(ServeCommand.OK, help.code());
    assertTrue(help.out().contains("--print-config"), help.out());
    Ran config = serve("--print-config", "--set", "search.queue=99");
    assertEquals(ServeCommand.OK, config.code());
    assertTrue(config.out().contains("  queue: 99"), config.out());
  }
}
