package io.dfs.common.message;

import io.dfs.common.id.SessionId;

/**
 * A client that has a session.
 *
 * @param description as it introduced itself: what runs there, and on which machine
 * @param caches whether it keeps what it is told
 * @param silentMs since it was heard of; it ends when that is longer than the lease
 * @param openInodes files and directories that it has open
 * @param granted leases it was given of late, about; it may have let go of some
 */
public record SessionInfo(
    SessionId id,
    String description,
    Timestamp opened,
    boolean caches,
    long silentMs,
    int openInodes,
    int granted) {}
