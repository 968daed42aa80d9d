package dev.kith.server.rpc;

import dev.kith.server.search.AbandonedException;
import dev.kith.server.search.Patience;
import dev.kith.server.search.SearchPool;
import dev.kith.server.search.SearchWorker;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/// Has unary calls worked on by the threads that search. Thread-safe.
final class SearchCalls {
  private final SearchPool pool;

  SearchCalls(SearchPool pool) {
    this.pool = pool;
  }

  /// What a call asks for.
  @FunctionalInterface
  interface Work<T> {

    /// Does it.
    ///
    /// @throws AbandonedException if the caller has left
    T run(SearchWorker worker, Patience patience);
  }

  /// Answers with what `work` returns.
  <T> void answer(StreamObserver<T> responses, Work<T> work) {
    Answer<T> answer = new Answer<>(responses);
    long arrived = System.nanoTime();
    submit(
        answer,
        worker -> {
          long started = System.nanoTime();
          try {
            answer.succeed(work.run(worker, new Patience(answer::isAbandoned, arrived, started)));
          } catch (AbandonedException gone) {
            answer.fail(answer.abandoned());
          }
        });
  }

  /// Answers several queries at once, shared out among the threads that are free.
  ///
  /// @param queries reads them
  <A, T> void answerAll(StreamObserver<T> responses, Supplier<BatchSearch.Queries<A, T>> queries) {
    Answer<T> answer = new Answer<>(responses);
    long arrived = System.nanoTime();
    submit(answer, worker -> new BatchSearch<>(queries.get(), answer, arrived).start(pool, worker));
  }

  private <T> void submit(Answer<T> answer, SearchPool.SearchJob job) {
    answer.attempt(
        () ->
            pool.submit(
                worker ->
                    answer.attempt(
                        () -> {
                          if (answer.isAbandoned()) {
                            answer.fail(answer.abandoned());
                            return;
                          }
                          job.run(worker);
                        })));
  }
}
