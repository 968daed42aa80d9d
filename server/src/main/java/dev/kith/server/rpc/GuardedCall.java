package dev.kith.server.rpc;

import com.google.protobuf.Message;
import dev.kith.server.refusal.Refusal;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One call, as its service sees it: every message is readable, known in full and paid for.
///
/// What is not is answered here, and the service sees a cancelled call. A service may answer from
/// any thread; this is where those answers and a refusal of the next message meet, hence the lock.
final class GuardedCall<A> extends ServerCall<Message, A> {
  private static final Duration RETRY_AFTER = Duration.ofMillis(250);

  private final ServerCall<Received<Message>, A> wire;
  private final MethodDescriptor<Message, A> method;
  private final ByteBudget budget;
  private long taken;
  private boolean closed;

  private GuardedCall(
      ServerCall<Received<Message>, A> wire,
      MethodDescriptor<Message, A> method,
      ByteBudget budget) {
    this.wire = wire;
    this.method = method;
    this.budget = budget;
  }

  static <A> ServerCall.Listener<Received<Message>> start(
      ServerMethodDefinition<Message, A> method,
      ServerCall<Received<Message>, A> wire,
      Metadata headers,
      ByteBudget budget) {
    GuardedCall<A> call = new GuardedCall<>(wire, method.getMethodDescriptor(), budget);
    return call.new Guard(method.getServerCallHandler().startCall(call, headers));
  }

  @Override
  public void request(int messages) {
    wire.request(messages);
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!closed) {
      wire.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(A message) {
    if (!closed) {
      wire.sendMessage(message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      giveBack();
      wire.close(status, trailers);
    }
  }

  @Override
  public boolean isReady() {
    return wire.isReady();
  }

  @Override
  public boolean isCancelled() {
    return wire.isCancelled();
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    wire.setMessageCompression(enabled);
  }

  @Override
  public synchronized void setCompression(String compressor) {
    wire.setCompression(compressor);
  }

  @Override
  public SecurityLevel getSecurityLevel() {
    return wire.getSecurityLevel();
  }

  @Override
  public Attributes getAttributes() {
    return wire.getAttributes();
  }

  @Override
  public @Nullable String getAuthority() {
    return wire.getAuthority();
  }

  @Override
  public MethodDescriptor<Message, A> getMethodDescriptor() {
    return method;
  }

  private synchronized boolean pay(int bytes) {
    if (closed || !budget.tryTake(bytes)) {
      return false;
    }
    taken += bytes;
    return true;
  }

  private synchronized void giveBack() {
    budget.give(taken);
    taken = 0;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /// Looks at what arrives before the service does.
  private final class Guard extends ServerCall.Listener<Received<Message>> {
    private final ServerCall.Listener<Message> service;
    private boolean gotMessage;

    Guard(ServerCall.Listener<Message> service) {
      this.service = service;
    }

    @Override
    public void onMessage(Received<Message> received) {
      if (isClosed()) {
        return; // Sent before the peer saw that its call has ended.
      }
      switch (received) {
        case Received.Broken<Message>(Refusal refusal, int bytes) -> refuse(refusal);
        case Received.Intact<Message>(Message message, int bytes) -> {
          boolean streams = !method.getType().clientSendsOneMessage();
          if (gotMessage && !streams) {
            refuse(new Refusal.MalformedMessage("The call takes one message and got two."));
            return;
          }
          gotMessage = true;
          String unknown = UnknownFields.first(message);
          if (unknown != null) {
            refuse(new Refusal.Unsupported(unknown));
          } else if (!streams && !pay(bytes)) {
            // A stream pays for its messages itself, because it also knows when they are done.
            refuse(new Refusal.Overloaded(RETRY_AFTER));
          } else {
            attempt(() -> service.onMessage(message));
          }
        }
      }
    }

    @Override
    public void onHalfClose() {
      if (isClosed()) {
        return;
      }
      if (!gotMessage && method.getType().clientSendsOneMessage()) {
        refuse(new Refusal.MalformedMessage("The call takes one message and got none."));
      } else {
        attempt(service::onHalfClose);
      }
    }

    @Override
    public void onCancel() {
      synchronized (GuardedCall.this) {
        closed = true;
        giveBack();
      }
      attempt(service::onCancel);
    }

    @Override
    public void onComplete() {
      attempt(service::onComplete);
    }

    @Override
    public void onReady() {
      attempt(service::onReady);
    }

    private void refuse(Refusal refusal) {
      if (!isClosed()) {
        StatusRuntimeException status = RefusalStatus.of(refusal);
        close(status.getStatus(), trailers(status));
        attempt(service::onCancel); // A streaming service must let go of what it holds.
      }
    }

    @SuppressWarnings("CatchingUnchecked") // Whatever a service throws, the connection lives on.
    private void attempt(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException fault) {
        if (!isClosed()) {
          StatusRuntimeException status = Answer.status(fault);
          close(status.getStatus(), trailers(status));
        }
      }
    }

    private static Metadata trailers(StatusRuntimeException status) {
      Metadata trailers = status.getTrailers();
      return trailers == null ? new Metadata() : trailers;
    }
  }
}
