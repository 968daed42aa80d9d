package dev.kith.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.IngestBatch;
import dev.kith.proto.v1.IngestFinish;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStart;
import dev.kith.proto.v1.Metric;
import dev.kith.server.testing.RunningServer;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `finished` is a promise: the session is gone, whatever happens next.
final class IngestFinishTest {
  private static final int SESSIONS = 40;

  @TempDir private Path folder = Path.of("");

  @Test
  void aSessionIsForgottenBeforeItsClientHearsThatItIsFinished() throws Exception {
    try (RunningServer running = new RunningServer(folder)) {
      running.create("c", 2, Metric.METRIC_EUCLIDEAN);
      for (int i = 0; i < SESSIONS; i++) {
        String session = "session-" + i;
        OptionalLong positionWhenTold = ingestOneBatch(running, session);
        assertEquals(OptionalLong.empty(), positionWhenTold, session);
      }
      assertEquals(1, running.server().catalog().collection("c").count());
    }
  }

  /// Returns the position of the session at the moment in which `finished` arrives.
  private static OptionalLong ingestOneBatch(RunningServer running, String session)
      throws Exception {
    CompletableFuture<OptionalLong> told = new CompletableFuture<>();
    StreamObserver<IngestRequest> requests =
        running
            .pointsAsync()
            .ingest(
                new StreamObserver<>() {
                  @Override
                  public void onNext(IngestResponse response) {
                    if (response.hasFinished()) {
                      told.complete(
                          running.server().catalog().collection("c").ingestPosition(session));
                    }
                  }

                  @Override
                  public void onError(Throwable failure) {
                    told.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    told.completeExceptionally(new AssertionError("no `finished` came"));
                  }
                });
    requests.onNext(
        IngestRequest.newBuilder()
            .setStart(
                IngestStart.newBuilder()
                    .setCollection("c")
                    .setSession(session)
                    .setDurability(Durability.DURABILITY_DISK))
            .build());
    requests.onNext(
        IngestRequest.newBuilder()
            .setBatch(
                IngestBatch.newBuilder()
                    .setSequence(1)
                    .setPoints(RunningServer.batch(1, new float[] {1, 2})))
            .build());
    requests.onNext(
        IngestRequest.newBuilder().setFinish(IngestFinish.getDefaultInstance()).build());
    OptionalLong position = told.get(30, TimeUnit.SECONDS);
    requests.onCompleted();
    return position;
  }
}
