/**
 * Making a directory like another one, of which one is local and one of the cluster: {@link
 * io.dfs.client.cli.sync.Sync} decides and orders, a {@link io.dfs.client.cli.sync.Side} does it.
 */
@NullMarked
package io.dfs.client.cli.sync;

import org.jspecify.annotations.NullMarked;
