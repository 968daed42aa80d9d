package dev.kith.server.rpc;

import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchServiceGrpc;
import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.config.Limits;
import dev.kith.server.search.AnswerSize;
import dev.kith.server.search.Query;
import dev.kith.server.search.SearchEngine;
import dev.kith.server.search.SearchOptions;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// Serves searches: translate, delegate, answer. Decides nothing.
final class SearchRpc extends SearchServiceGrpc.SearchServiceImplBase {
  private final Catalog catalog;
  private final SearchEngine engine;
  private final SearchCalls calls;
  private final SearchMessages messages;
  private final Limits limits;

  SearchRpc(
      Catalog catalog,
      SearchEngine engine,
      SearchCalls calls,
      SearchMessages messages,
      Limits limits) {
    this.catalog = catalog;
    this.engine = engine;
    this.calls = calls;
    this.messages = messages;
    this.limits = limits;
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> responses) {
    calls.answer(
        responses,
        (worker, patience) -> {
          Collection collection = collection(request.getCollection());
          CollectionSpec spec = collection.info().spec();
          SearchOptions options = messages.options(request.getOptions(), spec.space());
          Query query = messages.query(request, QueryWidths.of(spec));
          return SearchMessages.response(
              engine.search(collection, query, options, worker, answerSize(), patience));
        });
  }

  @Override
  public void searchBatch(
      SearchBatchRequest request, StreamObserver<SearchBatchResponse> responses) {
    calls.answerAll(
        responses,
        () -> {
          Collection collection = collection(request.getCollection());
          CollectionSpec spec = collection.info().spec();
          SearchOptions options = messages.options(request.getOptions(), spec.space());
          List<Query> queries =
              messages.vectors("vectors", request.getVectors(), QueryWidths.of(spec));
          AnswerSize size = answerSize();
          return new BatchSearch.Queries<>(
              queries.size(),
              (query, worker, patience) ->
                  engine.search(collection, queries.get(query), options, worker, size, patience),
              SearchMessages::response);
        });
  }

  private Collection collection(String name) {
    return catalog.collection(Fields.requireName("collection", name));
  }

  private AnswerSize answerSize() {
    return new AnswerSize("options.limit", limits.messageBytes());
  }
}
