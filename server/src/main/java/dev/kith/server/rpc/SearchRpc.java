package dev.kith.server.rpc;

import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchServiceGrpc;
import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.Collection;
import dev.kith.server.config.Limits;
import dev.kith.server.search.AbandonedException;
import dev.kith.server.search.AnswerSize;
import dev.kith.server.search.Patience;
import dev.kith.server.search.SearchEngine;
import dev.kith.server.search.SearchOptions;
import dev.kith.server.search.SearchPool;
import io.grpc.stub.StreamObserver;

/// Serves searches: translate, delegate, answer. Decides nothing.
final class SearchRpc extends SearchServiceGrpc.SearchServiceImplBase {
  private final Catalog catalog;
  private final SearchEngine engine;
  private final SearchPool pool;
  private final SearchMessages messages;
  private final Limits limits;

  SearchRpc(
      Catalog catalog,
      SearchEngine engine,
      SearchPool pool,
      SearchMessages messages,
      Limits limits) {
    this.catalog = catalog;
    this.engine = engine;
    this.pool = pool;
    this.messages = messages;
    this.limits = limits;
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> responses) {
    Answer<SearchResponse> answer = new Answer<>(responses);
    long arrived = System.nanoTime();
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
                          long started = System.nanoTime();
                          Collection collection = collection(request.getCollection());
                          SearchOptions options =
                              messages.options(
                                  request.getOptions(), collection.info().spec().space());
                          try {
                            answer.succeed(
                                SearchMessages.response(
                                    engine.search(
                                        collection,
                                        messages.query(
                                            request, QueryWidths.of(collection.info().spec())),
                                        options,
                                        worker,
                                        answerSize(),
                                        new Patience(answer::isAbandoned, arrived, started))));
                          } catch (AbandonedException gone) {
                            answer.fail(answer.abandoned());
                          }
                        })));
  }

  @Override
  public void searchBatch(
      SearchBatchRequest request, StreamObserver<SearchBatchResponse> responses) {
    Answer<SearchBatchResponse> answer = new Answer<>(responses);
    long arrived = System.nanoTime();
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
                          Collection collection = collection(request.getCollection());
                          SearchOptions options =
                              messages.options(
                                  request.getOptions(), collection.info().spec().space());
                          new BatchSearch(
                                  engine,
                                  collection,
                                  messages.queries(
                                      request, QueryWidths.of(collection.info().spec())),
                                  options,
                                  answerSize(),
                                  answer,
                                  arrived)
                              .start(pool, worker);
                        })));
  }

  private Collection collection(String name) {
    return catalog.collection(Fields.requireName("collection", name));
  }

  private AnswerSize answerSize() {
    return new AnswerSize("options.limit", limits.messageBytes());
  }
}
