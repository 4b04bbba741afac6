package io.dfs.common.http;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
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
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests of one connection, one after the other. Confined to its network thread. */
final class HttpExchange extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);

  /** Pages bring their own scripts and styles and ask nobody else. */
  private static final String POLICY =
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors"
          + " 'none'";

  private final Function<HttpQuestion, HttpAnswer> pages;
  private final Executor workers;

  HttpExchange(Function<HttpQuestion, HttpAnswer> pages, Executor workers) {
    this.pages = pages;
    this.workers = workers;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean keep = HttpUtil.isKeepAlive(request);
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (!request.decoderResult().isSuccess()) {
      send(context, HttpAnswer.text(400, "this is not HTTP\n"), false, false);
      return;
    }
    if (!head && !request.method().equals(HttpMethod.GET)) {
      send(context, HttpAnswer.text(405, "only GET is answered here\n"), false, false);
      return;
    }
    String uri = request.uri();
    // The next request of the connection waits in the socket until this one is answered.
    context.channel().config().setAutoRead(false);
    try {
      workers.execute(
          () -> {
            HttpAnswer answer = answer(uri);
            context.executor().execute(() -> send(context, answer, keep, head));
          });
    } catch (RejectedExecutionException e) {
      send(context, HttpAnswer.text(503, "too many requests at once\n"), false, head);
    }
  }

  private HttpAnswer answer(String uri) {
    try {
      return pages.apply(question(uri));
    } catch (IllegalArgumentException e) {
      return HttpAnswer.text(400, e.getMessage() + "\n");
    } catch (FsException e) {
      return HttpAnswer.text(status(e.errno()), e.getMessage() + "\n");
    } catch (RuntimeException e) {
      LOG.warn("the page {} failed; please report this", uri, e);
      return HttpAnswer.text(500, "this page failed; the log says why\n");
    }
  }

  private static int status(Errno errno) {
    return switch (errno) {
      case ENOENT, ENOTDIR -> 404;
      case EACCES -> 403;
      case EINVAL -> 400;
      default -> 500;
    };
  }

  private static HttpQuestion question(String uri) {
    QueryStringDecoder decoder = new QueryStringDecoder(uri);
    Map<String, String> parameters = new HashMap<>();
    decoder.parameters().forEach((name, values) -> parameters.put(name, values.get(0)));
    return new HttpQuestion(decoder.path(), parameters);
  }

  private static void send(
      ChannelHandlerContext context, HttpAnswer answer, boolean keep, boolean head) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body()));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.type())
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
        .set("x-content-type-options", "nosniff")
        .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
    HttpUtil.setKeepAlive(response, keep);
    context
        .writeAndFlush(response)
        .addListener(
            keep
                ? sent -> context.channel().config().setAutoRead(true)
                : ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("HTTP connection from {}: {}", context.channel().remoteAddress(), cause.toString());
    context.close();
  }
}
