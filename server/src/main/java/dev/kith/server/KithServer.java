package dev.kith.server;

import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.EngineConfig;
import dev.kith.server.http.HttpServer;
import dev.kith.server.http.Page;
import dev.kith.server.metrics.CatalogMetrics;
import dev.kith.server.metrics.ServerMetrics;
import dev.kith.server.rpc.RpcServer;
import dev.kith.server.search.SearchPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One running server: the parts put together, and taken apart in the right order.
///
/// Used by `kith serve`, and in process by tests and tools. Thread-safe.
public final class KithServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KithServer.class);

  /// Where a server is in its life, as `/healthz` says it.
  private enum State {
    STARTING,
    SERVING,
    STOPPING
  }

  private final ServerConfig config;
  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Opened opened = new Opened();

  /// The parts, in the order in which they are opened; closed in the reverse.
  private final HttpServer http;

  private final RpcServer rpc;
  private final Catalog catalog;

  private KithServer(ServerConfig config) throws IOException {
    this.config = config;
    try {
      ServerMetrics metrics = opened.add("metrics", new ServerMetrics());
      // First, so that whoever watches sees "starting" while a large folder is being opened.
      http =
          opened.add(
              "HTTP",
              HttpServer.start(
                  config.http(),
                  List.of(
                      new Page("/healthz", this::health),
                      new Page(
                          "/metrics",
                          () -> new Page.Content(200, metrics.contentType(), metrics.scrape())))));
      catalog = opened.add("engine", Catalog.open(engineConfig()));
      SearchPool searches =
          opened.add(
              "searches",
              new SearchPool(config.pools().searchThreads(), config.pools().searchQueue()));
      metrics.gauge("kith.searches.queued", "Searches waiting for a thread", searches::queued);
      metrics.gauge("kith.searches.running", "Searches being computed", searches::running);
      CatalogMetrics.bind(catalog, metrics);
      rpc =
          opened.add(
              "gRPC",
              RpcServer.start(
                  new RpcServer.Config(
                      config.grpc(), config.connections(), config.limits(), config.pools()),
                  catalog,
                  searches,
                  metrics));
      state.set(State.SERVING);
    } catch (IOException | RuntimeException failure) {
      opened.closeAll();
      throw failure;
    }
  }

  private EngineConfig engineConfig() {
    EngineConfig defaults = EngineConfig.of(config.dataDirectory());
    ServerConfig.Store store = config.store();
    return new EngineConfig(
        config.dataDirectory(),
        store.linkThreads(),
        store.minFreeBytes(),
        store.tailPoints(),
        store.deferredBytes().orElse(defaults.deferredBytes()),
        config.limits().payloadBytes(),
        store.segmentResidence(),
        store.mergeDeadShare(),
        store.attachFolder(),
        defaults.clock());
  }

  /// Starts a server and returns when it serves.
  ///
  /// @throws IOException if the data folder cannot be opened: it is in use, damaged or of a newer
  ///   format
  /// @throws dev.kith.server.config.ConfigException if an address cannot be bound
  public static KithServer start(ServerConfig config) throws IOException {
    Logging.bridge();
    return new KithServer(config);
  }

  /// Port of gRPC.
  public int grpcPort() {
    return rpc.port();
  }

  /// Port of HTTP.
  public int httpPort() {
    return http.port();
  }

  /// Where gRPC listens, as `host:port`.
  public String grpcAddress() {
    return config.grpc().host() + ":" + grpcPort();
  }

  /// Where HTTP listens, as `host:port`.
  public String httpAddress() {
    return config.http().host() + ":" + httpPort();
  }

  /// Folder of everything that must survive.
  public Path dataDirectory() {
    return config.dataDirectory();
  }

  /// The engine behind the services, for tools in the same process.
  public Catalog catalog() {
    return catalog;
  }

  private Page.Content health() {
    return switch (state.get()) {
      case STARTING -> new Page.Content(503, "text/plain; charset=utf-8", "starting\n");
      case SERVING -> new Page.Content(200, "text/plain; charset=utf-8", "serving\n");
      case STOPPING -> new Page.Content(503, "text/plain; charset=utf-8", "stopping\n");
    };
  }

  /// Waits until the server has stopped.
  public void await() throws InterruptedException {
    stopped.await();
  }

  /// Stops in order: says so, takes no more calls, lets those that are open finish for as long as
  /// the configuration allows, then closes what is below. Later calls wait for the first.
  @Override
  public void close() {
    if (state.getAndSet(State.STOPPING) != State.STOPPING) {
      try {
        if (!rpc.drain(config.drainTimeout())) {
          LOG.warn("calls were cut off after {}", config.drainTimeout());
        }
      } catch (InterruptedException hurried) {
        Thread.currentThread().interrupt(); // Then without waiting.
      }
      opened.closeAll();
      stopped.countDown();
    }
    try {
      stopped.await();
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }
}
