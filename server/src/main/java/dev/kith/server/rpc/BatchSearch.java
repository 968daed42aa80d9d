package dev.kith.server.rpc;

import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.server.collection.Collection;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.search.AbandonedException;
import dev.kith.server.search.AnswerSize;
import dev.kith.server.search.Patience;
import dev.kith.server.search.Query;
import dev.kith.server.search.SearchAnswer;
import dev.kith.server.search.SearchEngine;
import dev.kith.server.search.SearchOptions;
import dev.kith.server.search.SearchPool;
import dev.kith.server.search.SearchWorker;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The queries of one batch, shared out among the search threads that are free.
///
/// The thread that took the batch works through its queries; others, if there is room for them in
/// the queue, take queries too. Whoever finishes the last one answers.
final class BatchSearch {

  /// Queries that are worth another thread.
  private static final int QUERIES_PER_THREAD = 8;

  private final SearchEngine engine;
  private final Collection collection;
  private final List<Query> queries;
  private final SearchOptions options;
  private final AnswerSize size;
  private final Answer<SearchBatchResponse> answer;
  private final Patience patience;
  private final AtomicReferenceArray<SearchAnswer> answers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();

  BatchSearch(
      SearchEngine engine,
      Collection collection,
      List<Query> queries,
      SearchOptions options,
      AnswerSize size,
      Answer<SearchBatchResponse> answer,
      long arrivedNanos) {
    this.engine = engine;
    this.collection = collection;
    this.queries = queries;
    this.options = options;
    this.size = size;
    this.answer = answer;
    this.patience =
        new Patience(() -> ended.get() || answer.isAbandoned(), arrivedNanos, System.nanoTime());
    this.answers = new AtomicReferenceArray<>(queries.size());
  }

  /// Works on the calling search thread, and on others that are free.
  void start(SearchPool pool, SearchWorker worker) {
    int helpers = Math.min(pool.threads(), queries.size() / QUERIES_PER_THREAD) - 1;
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
    try {
      for (int i = next.getAndIncrement(); i < queries.size(); i = next.getAndIncrement()) {
        answers.set(i, engine.search(collection, queries.get(i), options, worker, size, patience));
        if (done.incrementAndGet() == queries.size()) {
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
    SearchAnswer[] all = new SearchAnswer[queries.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = answers.get(i);
    }
    SearchBatchResponse response = SearchMessages.response(List.of(all));
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
