package dev.kith.client;

import dev.kith.proto.v1.AttachCollectionRequest;
import dev.kith.proto.v1.AttachCollectionResponse;
import dev.kith.proto.v1.CollectionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import java.util.function.Consumer;

/// Follows the attaching of an index folder to its end. A call that breaks is not repeated: the
/// server attaches nothing then, or all.
final class Attaching {
  private Attaching() {}

  static CollectionInfo run(
      Rpc rpc, AttachCollectionRequest request, Consumer<AttachProgress> progress) {
    Context.CancellableContext scope = Context.current().withCancellation();
    Context previous = scope.attach();
    try {
      Iterator<AttachCollectionResponse> messages =
          ClientCalls.blockingServerStreamingCall(
              rpc.channel(),
              CollectionServiceGrpc.getAttachCollectionMethod(),
              CallOptions.DEFAULT,
              request);
      return follow(rpc, messages, progress);
    } finally {
      scope.detach(previous);
      scope.cancel(null);
    }
  }

  private static CollectionInfo follow(
      Rpc rpc, Iterator<AttachCollectionResponse> messages, Consumer<AttachProgress> progress) {
    while (hasNext(rpc, messages)) {
      AttachCollectionResponse message = messages.next();
      progress.accept(CollectionWire.progress(message));
      if (message.hasCollection()) {
        return CollectionWire.info(message.getCollection());
      }
    }
    throw new KithException(
        "the server ended the attaching without saying that it is done",
        KithException.Details.of(KithException.Code.UNKNOWN),
        null);
  }

  private static boolean hasNext(Rpc rpc, Iterator<AttachCollectionResponse> messages) {
    try {
      return messages.hasNext();
    } catch (RuntimeException failure) {
      throw rpc.read(failure).exception().rethrown();
    }
  }
}
