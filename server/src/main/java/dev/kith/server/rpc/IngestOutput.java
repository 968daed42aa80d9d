package dev.kith.server.rpc;

import dev.kith.proto.v1.IngestAck;
import dev.kith.proto.v1.IngestFinished;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.server.collection.WriteAck;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// What an ingest stream has to say, held back while the client does not read.
///
/// Acknowledgements coalesce: of those waiting, only the last is sent. Touched by the stream's
/// serial work only.
final class IngestOutput {
  private final ServerCallStreamObserver<IngestResponse> responses;
  private final Queue<IngestResponse> waiting = new ArrayDeque<>();
  private @Nullable IngestAck ack;

  IngestOutput(ServerCallStreamObserver<IngestResponse> responses) {
    this.responses = responses;
  }

  void add(IngestResponse message) {
    waiting.add(message);
    flush();
  }

  void acknowledge(long sequence, WriteAck write) {
    ack =
        IngestAck.newBuilder()
            .setSequence(sequence)
            .setLsn(write.lsn())
            .setDurability(PointMessages.write(write.reached()))
            .build();
    flush();
  }

  /// Whether the client reads what it is sent.
  boolean isFlowing() {
    return waiting.isEmpty() && responses.isReady();
  }

  /// Sends as much as the client takes now.
  void flush() {
    while (responses.isReady() && !waiting.isEmpty()) {
      responses.onNext(waiting.remove());
    }
    if (responses.isReady()) {
      sendAck();
    }
  }

  /// Sends all that is left, which is little.
  void flushAll() {
    while (!waiting.isEmpty()) {
      responses.onNext(waiting.remove());
    }
    sendAck();
  }

  /// Sends all that is left, and that nothing more comes.
  void finish(long points, long rejected, long lsn) {
    flushAll();
    responses.onNext(
        IngestResponse.newBuilder()
            .setFinished(
                IngestFinished.newBuilder()
                    .setPointCount(points)
                    .setRejectedCount(rejected)
                    .setLsn(lsn))
            .build());
  }

  private void sendAck() {
    IngestAck last = ack;
    if (last != null) {
      ack = null;
      responses.onNext(IngestResponse.newBuilder().setAck(last).build());
    }
  }
}
