/**
 * The {@code jnr} engine: {@link io.dfs.client.vfs.Vfs} behind libfuse 2's path based interface.
 *
 * <p>libfuse keeps the kernel's node numbers and turns them into paths; everything else is done
 * here: threads, errors, deadlines, exact POSIX for unlinked open files, and what the kernel may
 * keep in its caches. jnr-fuse contributes the struct layouts of each platform; its callbacks are
 * not used, because they turn names into Java strings (names are bytes) and build several objects
 * for each struct on every call. Here a callback gets plain addresses.
 *
 * <p>{@link io.dfs.fusemount.jnr.JnrEngine} is the way in. Nothing outside this package sees a
 * native type.
 */
@NullMarked
package io.dfs.fusemount.jnr;

import org.jspecify.annotations.NullMarked;
