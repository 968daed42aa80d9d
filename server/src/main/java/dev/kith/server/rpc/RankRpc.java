package dev.kith.server.rpc;

import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.BuildMixtureResponse;
import dev.kith.proto.v1.ClassifyBatchRequest;
import dev.kith.proto.v1.ClassifyBatchResponse;
import dev.kith.proto.v1.ClassifyRequest;
import dev.kith.proto.v1.ClassifyResponse;
import dev.kith.proto.v1.RankServiceGrpc;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchMixtureResponse;
import dev.kith.proto.v1.SolveQueryLatentRequest;
import dev.kith.proto.v1.SolveQueryLatentResponse;
import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.config.Limits;
import dev.kith.server.search.AnswerSize;
import dev.kith.server.search.Classification;
import dev.kith.server.search.Classifier;
import dev.kith.server.search.ClassifyOptions;
import dev.kith.server.search.LatentSolver;
import dev.kith.server.search.MixtureBuilder;
import dev.kith.server.search.MixtureSearch;
import dev.kith.server.search.Patience;
import dev.kith.server.search.Query;
import dev.kith.server.search.SearchEngine;
import dev.kith.server.search.SearchOptions;
import dev.kith.server.search.SearchWorker;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// Serves what is made of neighbours beyond a list of them: translate, delegate, answer. Decides
/// nothing.
final class RankRpc extends RankServiceGrpc.RankServiceImplBase {
  private final Catalog catalog;
  private final SearchCalls calls;
  private final Limits limits;
  private final Classifier classifier;
  private final MixtureSearch mixtures;
  private final MixtureBuilder builder;
  private final LatentSolver solver;
  private final SearchMessages searchMessages;
  private final ClassifyMessages classifyMessages;
  private final MixtureMessages mixtureMessages;
  private final LatentMessages latentMessages;

  RankRpc(
      Catalog catalog,
      SearchEngine engine,
      SearchCalls calls,
      SearchMessages searchMessages,
      PointIdMessages ids,
      Limits limits) {
    this.catalog = catalog;
    this.calls = calls;
    this.limits = limits;
    this.classifier = new Classifier(engine);
    this.mixtures = new MixtureSearch(engine);
    this.builder = new MixtureBuilder(engine);
    this.solver = new LatentSolver(engine);
    this.searchMessages = searchMessages;
    this.classifyMessages = new ClassifyMessages(limits, searchMessages, ids);
    this.mixtureMessages = new MixtureMessages(searchMessages, ids);
    this.latentMessages = new LatentMessages(ids);
  }

  @Override
  public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> responses) {
    calls.answer(
        responses,
        (worker, patience) -> {
          Collection collection = collection(request.getCollection());
          CollectionSpec spec = collection.info().spec();
          ClassifyOptions options = classifyMessages.options(request.getOptions(), spec);
          Query query = classifyMessages.query(request, spec);
          return ClassifyMessages.response(classify(collection, query, options, worker, patience));
        });
  }

  @Override
  public void classifyBatch(
      ClassifyBatchRequest request, StreamObserver<ClassifyBatchResponse> responses) {
    calls.answerAll(
        responses,
        () -> {
          Collection collection = collection(request.getCollection());
          CollectionSpec spec = collection.info().spec();
          ClassifyOptions options = classifyMessages.options(request.getOptions(), spec);
          List<Query> queries = classifyMessages.queries(request, spec);
          return new BatchSearch.Queries<>(
              queries.size(),
              (query, worker, patience) ->
                  classify(collection, queries.get(query), options, worker, patience),
              ClassifyMessages::response);
        });
  }

  private Classification classify(
      Collection collection,
      Query query,
      ClassifyOptions options,
      SearchWorker worker,
      Patience patience) {
    return NestedOptions.within(
        ClassifyMessages.NEIGHBORS,
        () -> classifier.classify(collection, query, options, worker, patience));
  }

  @Override
  public void searchMixture(
      SearchMixtureRequest request, StreamObserver<SearchMixtureResponse> responses) {
    calls.answer(
        responses,
        (worker, patience) -> {
          Collection collection = collection(request.getCollection());
          CollectionSpec spec = collection.info().spec();
          SearchOptions options = mixtureMessages.options(request.getOptions(), spec);
          return MixtureMessages.response(
              mixtures.search(
                  collection,
                  mixtureMessages.components(request, spec),
                  MixtureMessages.sharing(request),
                  options,
                  worker,
                  answerSize(),
                  patience));
        });
  }

  @Override
  public void buildMixture(
      BuildMixtureRequest request, StreamObserver<BuildMixtureResponse> responses) {
    calls.answer(
        responses,
        (worker, patience) -> {
          Collection collection = collection(request.getCollection());
          MixtureBuilder.Request asked = mixtureMessages.request(request, collection.info().spec());
          return MixtureMessages.response(builder.build(collection, asked, worker, patience));
        });
  }

  @Override
  public void solveQueryLatent(
      SolveQueryLatentRequest request, StreamObserver<SolveQueryLatentResponse> responses) {
    calls.answer(
        responses,
        (worker, patience) -> {
          Collection collection = collection(request.getCollection());
          CollectionSpec spec = collection.info().spec();
          SearchOptions options = searchMessages.options(request.getOptions(), spec.space());
          LatentSolver.Scored scored = latentMessages.scored(request, spec);
          return LatentMessages.response(
              solver.solve(collection, scored, options, worker, answerSize(), patience));
        });
  }

  private Collection collection(String name) {
    return catalog.collection(Fields.requireName("collection", name));
  }

  private AnswerSize answerSize() {
    return new AnswerSize("options.limit", limits.messageBytes());
  }
}
