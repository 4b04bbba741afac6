package io.dfs.common.id;

/**
 * Names one mutation of one session, so that its retry (after a lost answer, a reconnect, a restart
 * of the nameserver) is answered from memory and does not run twice.
 *
 * <p>A session has a fixed number of slots. A client has at most one request under way in a slot
 * and raises {@code sequence} by one for each new one (the first is 1), so the nameserver has to
 * remember just the last reply of each slot.
 */
public record RequestId(SessionId session, int slot, long sequence) {}
