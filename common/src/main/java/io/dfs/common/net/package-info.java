/**
 * The wire: length-prefixed frames, many requests on one connection, deadlines, bounded bytes in
 * flight. The only package that imports Netty's channels; its buffers ({@code ByteBuf}) are the
 * buffers of the whole data path.
 *
 * <p>Use: {@code NetThreads} once a process, {@code NetServer.start(threads, address, limits,
 * welcome, handler)} to serve, {@code NetClient.connect(address, hello, timeoutMs)} to call.
 */
@NullMarked
package io.dfs.common.net;

import org.jspecify.annotations.NullMarked;
