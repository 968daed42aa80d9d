package dev.kith.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers the requests of one connection.
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final List<Page> pages;

  PageHandler(List<Page> pages) {
    this.pages = pages;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean keepAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
    FullHttpResponse response = answer(request);
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, keepAlive);
    if (request.method().equals(HttpMethod.HEAD)) {
      response = response.replace(Unpooled.EMPTY_BUFFER);
    }
    if (keepAlive) {
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    } else {
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private FullHttpResponse answer(FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      return response(HttpResponseStatus.BAD_REQUEST, PLAIN, "not an HTTP request\n");
    }
    int query = request.uri().indexOf('?');
    String path = query < 0 ? request.uri() : request.uri().substring(0, query);
    for (Page page : pages) {
      if (page.path().equals(path)) {
        return show(page, request.method());
      }
    }
    return response(HttpResponseStatus.NOT_FOUND, PLAIN, "no such page\n");
  }

  @SuppressWarnings("CatchingUnchecked") // A page that fails must not close the port.
  private static FullHttpResponse show(Page page, HttpMethod method) {
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      FullHttpResponse refused =
          response(HttpResponseStatus.METHOD_NOT_ALLOWED, PLAIN, "only GET and HEAD\n");
      refused.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      return refused;
    }
    try {
      Page.Content content = page.content().get();
      return response(HttpResponseStatus.valueOf(content.status()), content.type(), content.text());
    } catch (RuntimeException fault) {
      LOG.error("page {} failed", page.path(), fault);
      return response(
          HttpResponseStatus.INTERNAL_SERVER_ERROR, PLAIN, "failed; see the server's log\n");
    }
  }

  private static FullHttpResponse response(HttpResponseStatus status, String type, String text) {
    ByteBuf content = Unpooled.copiedBuffer(text, UTF_8);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Content-Type-Options", "nosniff");
    return response;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a close.
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("closed an HTTP connection", cause);
    context.close();
  }
}
