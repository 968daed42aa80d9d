package dev.kith.server.rpc;

import dev.kith.server.refusal.RefusedException;
import dev.kith.server.search.AbandonedException;
import dev.kith.server.search.Patience;
import dev.kith.server.search.SearchPool;
import dev.kith.server.search.SearchWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/// The queries of one batch, shared out among the search threads that are free.
///
/// The thread that took the batch works through its queries; others, if there is room for them in
/// the queue, take queries too. Whoever finishes the last one answers.
///
/// @param <A> what answers one query
/// @param <T> what answers the batch
final class BatchSearch<A, T> {

  /// Queries that are worth another thread.
  private static final int QUERIES_PER_THREAD = 8;

  private final Queries<A, T> queries;
  private final Answer<T> answer;
  private final Patience patience;
  private final AtomicReferenceArray<A> answers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();

  /// The queries.
  ///
  /// @param count how many, at least one
  /// @param each answers one of them, by its number
  /// @param response made of all answers, in the order of the queries
  record Queries<A, T>(int count, Each<A> each, Function<List<A>, T> response) {}

  /// Answers one query.
  @FunctionalInterface
  interface Each<A> {

    /// Answers query number `query`.
    ///
    /// @throws AbandonedException if the caller has left
    A answer(int query, SearchWorker worker, Patience patience);
  }

  BatchSearch(Queries<A, T> queries, Answer<T> answer, long arrivedNanos) {
    this.queries = queries;
    this.answer = answer;
    this.patience =
        new Patience(() -> ended.get() || answer.isAbandoned(), arrivedNanos, System.nanoTime());
    this.answers = new AtomicReferenceArray<>(queries.count());
  }

  /// Works on the calling search thread, and on others that are free.
  void start(SearchPool pool, SearchWorker worker) {
    int helpers = Math.min(pool.threads(), queries.count() / QUERIES_PER_THREAD) - 1;
    try {
      for (int i = 0; i < helpers; i++) {
        pool.submit(this::work);
      }
    } catch (RefusedException busy) {
      helpers = 0; // The threads that are there do it without more help.
    }
    work(worker);
  }

  @SuppressWarnings("CatchingUnchecked") // Whatever happens, the batch is answered once.
  private void work(SearchWorker worker) {
    int count = queries.count();
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        answers.set(i, queries.each().answer(i, worker, patience));
        if (done.incrementAndGet() == count) {
          succeed();
        }
      }
    } catch (AbandonedException gone) {
      fail(answer.abandoned());
    } catch (RuntimeException failure) {
      fail(failure);
    }
  }

  private void succeed() {
    List<A> all = new ArrayList<>(queries.count());
    for (int i = 0; i < queries.count(); i++) {
      all.add(answers.get(i));
    }
    T response = queries.response().apply(all);
    if (ended.compareAndSet(false, true)) {
      answer.succeed(response);
    }
  }

  private void fail(RuntimeException failure) {
    if (ended.compareAndSet(false, true)) {
      answer.fail(failure);
    }
  }
}
