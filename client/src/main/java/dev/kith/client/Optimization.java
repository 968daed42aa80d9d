package dev.kith.client;

import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import java.util.function.Consumer;

/// Follows an optimization to its end.
final class Optimization {
  private Optimization() {}

  static void run(Rpc rpc, String collection, Consumer<OptimizeProgress> progress) {
    OptimizeCollectionRequest request =
        OptimizeCollectionRequest.newBuilder().setName(collection).build();
    try (ServerStream<OptimizeCollectionRequest, OptimizeCollectionResponse> stream =
        new ServerStream<>(
            rpc, CollectionServiceGrpc.getOptimizeCollectionMethod(), () -> request)) {
      OptimizeCollectionResponse message = stream.next();
      while (message != null && !message.getDone()) {
        progress.accept(CollectionWire.progress(message));
        message = stream.next();
      }
      if (message == null) {
        throw new KithException(
            "the server ended the optimization of %s without saying that it is done"
                .formatted(collection),
            KithException.Details.of(KithException.Code.UNKNOWN),
            null);
      }
      progress.accept(CollectionWire.progress(message));
    }
  }
}
