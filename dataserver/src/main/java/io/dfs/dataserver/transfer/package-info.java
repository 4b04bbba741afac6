/**
 * Answers {@code ChunkRequest}s: checks them, and joins the local disks and the rest of the chain.
 */
@NullMarked
package io.dfs.dataserver.transfer;

import org.jspecify.annotations.NullMarked;
