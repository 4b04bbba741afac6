/**
 * The wire: length-prefixed frames, many requests on one connection, deadlines, bounded bytes in
 * flight. The only package that imports Netty channels; Netty buffers ({@code ByteBuf}) are the
 * buffers of the whole data path.
 */
@NullMarked
package io.dfs.common.net;

import org.jspecify.annotations.NullMarked;
