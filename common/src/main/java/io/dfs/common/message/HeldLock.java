package io.dfs.common.message;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;

/**
 * A lock that is held.
 *
 * @param session of the client that holds it
 */
public record HeldLock(InodeId inode, SessionId session, Lock lock) {}
