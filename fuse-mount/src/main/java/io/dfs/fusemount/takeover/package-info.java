/**
 * Handing a mount from one process to another while programs use it.
 *
 * <p>The process that serves the mount listens ({@link io.dfs.fusemount.takeover.TakeoverServer}),
 * another one asks for it ({@link io.dfs.fusemount.takeover.TakeoverClient}). The messages are in
 * {@link io.dfs.fusemount.takeover.Step}. What is handed over the rooms say that have it.
 */
@NullMarked
package io.dfs.fusemount.takeover;

import org.jspecify.annotations.NullMarked;
