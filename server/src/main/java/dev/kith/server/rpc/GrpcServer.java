package dev.kith.server.rpc;

import dev.kith.server.config.ConfigException;
import dev.kith.server.config.Connections;
import dev.kith.server.config.Limits;
import dev.kith.server.config.Listener;
import io.grpc.BindableService;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The gRPC port: connections, limits, health, reflection, and the order of stopping.
///
/// What grpc-java leaves open by default is closed here: connections that never speak, resets by
/// the thousand, pings without end, calls and connections without number.
final class GrpcServer implements AutoCloseable {
  private static final int MAX_RST_FRAMES = 200;
  private static final int RST_WINDOW_SECONDS = 30;
  private static final Duration LAST_CALLS = Duration.ofSeconds(5);

  private final Server server;
  private final HealthStatusManager health;
  private final ActiveCalls calls;
  private final EventLoopGroup boss;
  private final EventLoopGroup workers;

  private GrpcServer(
      Server server,
      HealthStatusManager health,
      ActiveCalls calls,
      EventLoopGroup boss,
      EventLoopGroup workers) {
    this.server = server;
    this.health = health;
    this.calls = calls;
    this.boss = boss;
    this.workers = workers;
  }

  /// Binds the port and serves.
  ///
  /// @throws ConfigException if the address cannot be bound
  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for loops that served nothing.
  static GrpcServer start(
      RpcServer.Config config,
      List<BindableService> services,
      MeasuredCalls measured,
      ActiveCalls calls,
      ByteBudget budget) {
    EventLoopGroup boss = loops("kith-accept", 1);
    EventLoopGroup workers = loops("kith-io", Runtime.getRuntime().availableProcessors());
    HealthStatusManager health = new HealthStatusManager();
    Listener listener = config.listener();
    NettyServerBuilder builder =
        builder(listener, config.connections(), config.limits(), boss, workers);
    GuardedService guard = new GuardedService(config.limits(), budget);
    for (BindableService service : services) {
      builder.addService(
          ServerInterceptors.intercept(guard.guard(service.bindService()), measured));
      health.setStatus(
          service.bindService().getServiceDescriptor().getName(), ServingStatus.SERVING);
    }
    // Not measured: a health watcher may stay for ever and must not hold up a stop.
    builder.addService(guard.guard(health.getHealthService().bindService()));
    builder.addService(guard.guard(ProtoReflectionServiceV1.newInstance().bindService()));
    try {
      Server server = builder.build().start();
      return new GrpcServer(server, health, calls, boss, workers);
    } catch (IOException failure) {
      boss.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new ConfigException(
          "cannot listen on grpc.host %s, grpc.port %d: %s"
              .formatted(listener.host(), listener.port(), rootMessage(failure)));
    }
  }

  private static NettyServerBuilder builder(
      Listener listener,
      Connections connections,
      Limits limits,
      EventLoopGroup boss,
      EventLoopGroup workers) {
    AtomicInteger open = new AtomicInteger();
    return NettyServerBuilder.forAddress(listener.address())
        .channelFactory(
            () -> {
              ServerChannel channel =
                  Epoll.isAvailable()
                      ? new EpollServerSocketChannel()
                      : new NioServerSocketChannel();
              channel.pipeline().addFirst(new ConnectionCap(listener.maxConnections(), open));
              return channel;
            })
        .bossEventLoopGroup(boss)
        .workerEventLoopGroup(workers)
        .directExecutor()
        .decompressorRegistry(
            DecompressorRegistry.emptyInstance()
                .with(io.grpc.Codec.Identity.NONE, false)
                .with(new LazyGzip(), true))
        .maxInboundMessageSize(limits.messageBytes())
        .maxInboundMetadataSize(connections.headerBytes())
        .maxConcurrentCallsPerConnection(connections.maxCalls())
        .handshakeTimeout(connections.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionIdle(connections.maxIdle().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAge(connections.maxAge().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(connections.maxAgeGrace().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(connections.keepAlivePermitted().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxRstFramesPerWindow(MAX_RST_FRAMES, RST_WINDOW_SECONDS);
  }

  private static EventLoopGroup loops(String name, int threads) {
    IoHandlerFactory handlers =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /// Port it listens on.
  int port() {
    return server.getPort();
  }

  /// Says `NOT_SERVING`, takes no new calls, and waits for those that are open.
  ///
  /// @return false if calls were cut off after `limit`
  boolean drain(Duration limit) throws InterruptedException {
    health.enterTerminalState();
    server.shutdown();
    boolean clean = calls.drain(limit);
    server.shutdownNow(); // Also ends the watchers of health.
    server.awaitTermination(LAST_CALLS.toMillis(), TimeUnit.MILLISECONDS);
    return clean;
  }

  @Override
  public void close() {
    server.shutdownNow();
    boss.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    workers.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
