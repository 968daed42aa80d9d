package dev.kith.server.rpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes new connections at once while as many are open as may be. Sits in the pipeline of the
/// listening channel, where a connection costs nothing yet.
final class ConnectionCap extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCap.class);
  private static final LogGate GATE = new LogGate();

  private final int max;
  private final AtomicInteger open;

  ConnectionCap(int max, AtomicInteger open) {
    this.max = max;
    this.open = open;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel connection = (Channel) message;
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      GATE.pass(
          suppressed ->
              LOG.warn(
                  "closed a connection: {} are open, as many as may be ({} more refused since the"
                      + " last such line)",
                  max,
                  suppressed));
      connection.unsafe().closeForcibly();
      return;
    }
    connection.closeFuture().addListener(closed -> open.decrementAndGet());
    context.fireChannelRead(message);
  }
}
