package dev.kith.server.rpc;

import dev.kith.server.metrics.ServerMetrics;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/// Counts every call, measures it, and knows which are open.
final class MeasuredCalls implements ServerInterceptor {
  private final ServerMetrics metrics;
  private final ActiveCalls active;

  MeasuredCalls(ServerMetrics metrics, ActiveCalls active) {
    this.metrics = metrics;
    this.active = active;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Measured<Q, A> measured = new Measured<>(call);
    active.opened();
    return new SimpleForwardingServerCallListener<>(next.startCall(measured, headers)) {
      @Override
      public void onCancel() {
        measured.ended(Status.CANCELLED);
        active.closed();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        active.closed(); // Only now has the answer left, so that a stop may cut the connection.
        super.onComplete();
      }
    };
  }

  /// One call and when it began.
  private final class Measured<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final long began = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();

    Measured(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      ended(status);
      super.close(status, trailers);
    }

    void ended(Status status) {
      if (ended.compareAndSet(false, true)) {
        metrics.called(
            getMethodDescriptor().getFullMethodName(),
            status.getCode().name(),
            System.nanoTime() - began);
      }
    }
  }
}
