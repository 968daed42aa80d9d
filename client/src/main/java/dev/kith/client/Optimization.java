package dev.kith.client;

import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.OptimizePhase;
import java.util.function.Consumer;

/// Starts an optimization, or attaches to the one under way.
final class Optimization {
  private final Rpc rpc;
  private final String collection;

  Optimization(Rpc rpc, String collection) {
    this.rpc = rpc;
    this.collection = collection;
  }

  /// Follows it to its end.
  OptimizeReport follow(Consumer<OptimizeProgress> progress) {
    try (ServerStream<OptimizeCollectionRequest, OptimizeCollectionResponse> stream = open()) {
      OptimizeCollectionResponse message = next(stream);
      while (!message.getDone()) {
        progress.accept(CollectionWire.progress(message));
        message = next(stream);
      }
      if (message.getPhase() == OptimizePhase.OPTIMIZE_PHASE_CANCELLED) {
        throw failure(
            KithException.Code.CANCELLED,
            "the optimization of %s was cancelled; the next one goes on where it stopped");
      }
      progress.accept(CollectionWire.progress(message));
      return CollectionWire.report(message.getReport());
    }
  }

  /// Leaves it as soon as the server is at it.
  OptimizeProgress start() {
    try (ServerStream<OptimizeCollectionRequest, OptimizeCollectionResponse> stream = open()) {
      return CollectionWire.progress(next(stream));
    }
  }

  private ServerStream<OptimizeCollectionRequest, OptimizeCollectionResponse> open() {
    OptimizeCollectionRequest request =
        OptimizeCollectionRequest.newBuilder().setName(collection).build();
    return new ServerStream<>(
        rpc, CollectionServiceGrpc.getOptimizeCollectionMethod(), () -> request);
  }

  private OptimizeCollectionResponse next(
      ServerStream<OptimizeCollectionRequest, OptimizeCollectionResponse> stream) {
    OptimizeCollectionResponse message = stream.next();
    if (message == null) {
      throw failure(
          KithException.Code.UNKNOWN,
          "the server ended the optimization of %s without saying that it is done");
    }
    return message;
  }

  private KithException failure(KithException.Code code, String sentence) {
    return new KithException(sentence.formatted(collection), KithException.Details.of(code), null);
  }
}
