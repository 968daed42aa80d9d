package dev.kith.server.http;

import dev.kith.server.config.ConfigException;
import dev.kith.server.config.Listener;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Serves a few fixed pages over HTTP/1.1 on one thread of its own.
public final class HttpServer implements AutoCloseable {
  private static final int MAX_LINE_BYTES = 4 << 10;
  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int MAX_CHUNK_BYTES = 8 << 10;
  private static final int MAX_BODY_BYTES = 1 << 10; // None is needed; some clients send a little.
  private static final int READ_TIMEOUT_SECONDS = 60;

  private final EventLoopGroup loop;
  private final Channel channel;

  private HttpServer(EventLoopGroup loop, Channel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /// Starts serving.
  ///
  /// @throws ConfigException if the address cannot be bound
  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a loop that failed to start.
  public static HttpServer start(Listener listener, List<Page> pages) {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("kith-http", true), NioIoHandler.newFactory());
    AtomicInteger open = new AtomicInteger();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a close.
                  protected void initChannel(SocketChannel connection) {
                    if (open.incrementAndGet() > listener.maxConnections()) {
                      open.decrementAndGet();
                      connection.close();
                      return;
                    }
                    connection.closeFuture().addListener(closed -> open.decrementAndGet());
                    connection
                        .pipeline()
                        .addLast(new ReadTimeoutHandler(READ_TIMEOUT_SECONDS))
                        .addLast(
                            new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES))
                        .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                        .addLast(new PageHandler(pages));
                  }
                });
    ChannelFuture bound = bootstrap.bind(listener.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new ConfigException(
          "cannot listen on http.host %s, http.port %d: %s"
              .formatted(listener.host(), listener.port(), bound.cause().getMessage()));
    }
    return new HttpServer(loop, bound.channel());
  }

  /// Port it listens on.
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
