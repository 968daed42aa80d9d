package dev.kith.bench.crash;

import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.SearchServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;

/// A connection to a server that never sends anything twice, so that "acknowledged" is exact.
final class Connection implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final int DEADLINE_SECONDS = 30;

  private final ManagedChannel channel;

  Connection(int port) {
    this.channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .disableRetry()
            .build();
  }

  CollectionServiceGrpc.CollectionServiceBlockingStub collections() {
    return CollectionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(2 * DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  PointServiceGrpc.PointServiceBlockingStub points() {
    return PointServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /// For streams, which have no deadline of their own.
  PointServiceGrpc.PointServiceStub streams() {
    return PointServiceGrpc.newStub(channel);
  }

  SearchServiceGrpc.SearchServiceBlockingStub searches() {
    return SearchServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /// Whether a status says that the request had no effect.
  static boolean isRefusal(Status status) {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          FAILED_PRECONDITION,
          RESOURCE_EXHAUSTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED ->
          true;
      default -> false;
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
