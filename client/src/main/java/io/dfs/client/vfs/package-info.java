/**
 * The filesystem as its users see it: {@link io.dfs.client.vfs.Vfs}, inode based and asynchronous,
 * without a trace of FUSE. The engines, the CLI and the Java API are built on it.
 */
@NullMarked
package io.dfs.client.vfs;

import org.jspecify.annotations.NullMarked;
