package dev.kith.server.rpc;

import dev.kith.server.collection.Catalog;
import dev.kith.server.config.Connections;
import dev.kith.server.config.Limits;
import dev.kith.server.config.Listener;
import dev.kith.server.config.WorkPools;
import dev.kith.server.metrics.ServerMetrics;
import dev.kith.server.relevance.RelevanceTrainer;
import dev.kith.server.search.SearchEngine;
import dev.kith.server.search.SearchPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The gRPC side of the server, put together. Thread-safe.
public final class RpcServer implements AutoCloseable {
  private final GrpcServer server;
  private final CallPool callPool;
  private final ExecutorService streamThreads;
  private final RelevanceTrainer trainer;

  private RpcServer(
      GrpcServer server,
      CallPool callPool,
      ExecutorService streamThreads,
      RelevanceTrainer trainer) {
    this.server = server;
    this.callPool = callPool;
    this.streamThreads = streamThreads;
    this.trainer = trainer;
  }

  /// What decides how the gRPC side behaves.
  ///
  /// @param listener where it listens
  /// @param connections what a connection may do
  /// @param limits what a request may ask for
  /// @param pools threads and queues
  public record Config(
      Listener listener, Connections connections, Limits limits, WorkPools pools) {}

  /// Binds the port and serves.
  ///
  /// @param catalog what is served; closed by the caller, after this
  /// @param searches runs searches; closed by the caller, after this
  /// @throws dev.kith.server.config.ConfigException if the address cannot be bound
  public static RpcServer start(
      Config config, Catalog catalog, SearchPool searches, ServerMetrics metrics) {
    Limits limits = config.limits();
    CallPool pool = new CallPool(config.pools().callThreads(), config.pools().callQueue());
    ExecutorService streamThreads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kith-stream-", 0).factory());
    ByteBudget budget = new ByteBudget(limits.inFlightBytes());
    ActiveCalls calls = new ActiveCalls();
    PointIdMessages ids = new PointIdMessages(limits.textIdBytes(), limits.batchPoints());
    IngestServices services =
        new IngestServices(
            catalog,
            new PointMessages(ids),
            limits,
            budget,
            new IngestSessions(),
            calls,
            streamThreads);
    SearchEngine engine = new SearchEngine(catalog::lsn);
    SearchCalls searchCalls = new SearchCalls(searches);
    SearchMessages searchMessages = new SearchMessages(limits, ids);
    RelevanceTrainer trainer = new RelevanceTrainer();
    ByteBudget trainingBudget = new ByteBudget(limits.trainingBytes());
    metrics.gauge(
        "kith.relevance.training.bytes",
        "Memory of judged queries that models of relevance are trained or judged with",
        trainingBudget::used);
    metrics.gauge("kith.calls.open", "Calls being answered", calls::count);
    metrics.gauge("kith.calls.queued", "Calls waiting for a thread", pool::queued);
    metrics.gauge(
        "kith.requests.in.flight.bytes", "Bytes of requests being worked on", budget::used);
    try {
      GrpcServer server =
          GrpcServer.start(
              config,
              List.of(
                  new CollectionRpc(catalog, limits, pool, calls),
                  new PointRpc(services, ids, pool),
                  new SearchRpc(catalog, engine, searchCalls, searchMessages, limits),
                  new RankRpc(catalog, engine, searchCalls, searchMessages, ids, limits),
                  new RelevanceRpc(
                      catalog,
                      pool,
                      new JudgedStream.Services(
                          trainer, ids, trainingBudget, limits, calls, streamThreads))),
              new MeasuredCalls(metrics, calls),
              calls,
              budget);
      return new RpcServer(server, pool, streamThreads, trainer);
    } catch (RuntimeException failure) {
      streamThreads.shutdown();
      trainer.close();
      pool.close();
      throw failure;
    }
  }

  /// Port it listens on.
  public int port() {
    return server.port();
  }

  /// Says `NOT_SERVING`, takes no new calls, and waits for those that are open.
  ///
  /// @return false if calls were cut off after `limit`
  public boolean drain(Duration limit) throws InterruptedException {
    return server.drain(limit);
  }

  /// Closes connections and threads. Calls still open are cut off.
  @Override
  public void close() {
    server.close();
    callPool.close();
    streamThreads.close();
    trainer.close();
  }
}
