/** Copying whole files between a local filesystem and the cluster, taken up again after a break. */
@NullMarked
package io.dfs.client.transfer;

import org.jspecify.annotations.NullMarked;
