/**
 * The {@code linux} engine: {@link io.dfs.client.vfs.Vfs} behind the kernel's own FUSE protocol.
 *
 * <p>A node of the kernel is an inode of dfs, with the same number: numbers are never used again,
 * so nothing has to be kept for what the kernel knows, however much that is, and a FORGET has
 * nothing to undo. A request is decoded ({@code wire}), started on the Vfs by the thread that
 * received it, and answered by whichever thread completes it.
 *
 * <p>{@link io.dfs.fusemount.linux.LinuxEngine} is the way in.
 */
@NullMarked
package io.dfs.fusemount.linux;

import org.jspecify.annotations.NullMarked;
