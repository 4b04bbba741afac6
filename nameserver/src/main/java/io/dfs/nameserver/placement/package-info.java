/** Which servers form groups and which group takes a chunk: pure functions. */
@NullMarked
package io.dfs.nameserver.placement;

import org.jspecify.annotations.NullMarked;
