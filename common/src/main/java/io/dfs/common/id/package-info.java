/** The identities that travel between parts: inodes, chunks, placement groups, nodes, sessions. */
@NullMarked
package io.dfs.common.id;

import org.jspecify.annotations.NullMarked;
