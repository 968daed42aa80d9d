package dev.kith.client;

import dev.kith.proto.v1.JudgedQueries;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// A call that sends judged queries, then follows what is made of them. Not repeated when it
/// breaks: the server keeps nothing then.
///
/// No deadline: the keep-alive tells a dead server from a slow one.
final class JudgedCall<Q, A> {
  private static final int MAX_QUERIES = 5_000;
  private static final int MAX_JUDGMENTS = 5_000;

  private final Rpc rpc;
  private final MethodDescriptor<Q, A> method;
  private final Function<JudgedQueries, Q> part;

  /// @param part makes a message of some queries
  JudgedCall(Rpc rpc, MethodDescriptor<Q, A> method, Function<JudgedQueries, Q> part) {
    this.rpc = rpc;
    this.method = method;
    this.part = part;
  }

  /// Makes the call.
  ///
  /// @param first message to send
  /// @param isLast whether an answer is the last one
  /// @param progress hears of all others
  /// @return the last answer
  /// @throws KithException if the call fails, or the calling thread is interrupted, which ends it
  A run(Q first, Iterator<JudgedQuery> queries, Predicate<A> isLast, Consumer<A> progress) {
    BlockingClientCall<Q, A> call =
        ClientCalls.blockingBidiStreamingCall(rpc.channel(), method, CallOptions.DEFAULT);
    try {
      send(call, first, queries);
      for (A answer = call.read(); answer != null; answer = call.read()) {
        if (isLast.test(answer)) {
          return answer;
        }
        progress.accept(answer);
      }
      throw new KithException(
          "the server ended the call without saying that it is done",
          KithException.Details.of(KithException.Code.UNKNOWN),
          null);
    } catch (StatusException failure) {
      throw rpc.read(failure).exception().rethrown();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KithException(
          "interrupted while waiting for the server",
          KithException.Details.of(KithException.Code.CANCELLED),
          interrupted);
    } finally {
      call.cancel("done", null); // Of no effect on a call that has ended.
    }
  }

  private void send(BlockingClientCall<Q, A> call, Q first, Iterator<JudgedQuery> queries)
      throws StatusException, InterruptedException {
    boolean isOpen = call.write(first);
    while (isOpen && queries.hasNext()) {
      isOpen = call.write(part.apply(next(queries)));
    }
    if (isOpen) {
      call.halfClose();
    }
  }

  /// As many queries as a message holds, at least one.
  private JudgedQueries next(Iterator<JudgedQuery> queries) {
    List<JudgedQuery> batch = new ArrayList<>();
    long bytes = 0;
    int judgments = 0;
    while (queries.hasNext()
        && batch.size() < MAX_QUERIES
        && judgments < MAX_JUDGMENTS
        && bytes < rpc.options().chunkBytes()) {
      JudgedQuery query = queries.next();
      batch.add(query);
      bytes += (long) query.vector().length * Float.BYTES;
      judgments += query.judgments().size();
    }
    return RelevanceWire.queries(batch);
  }
}
