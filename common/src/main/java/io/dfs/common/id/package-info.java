/**
 * The identities that travel between parts: inodes, chunks, placement groups, nodes, sessions.
 *
 * <p>Their {@code equals} and {@code hashCode} are written out, as those that come with a record
 * are made when they are called first, which takes a command 10 ms of its start.
 */
@NullMarked
package io.dfs.common.id;

import org.jspecify.annotations.NullMarked;
