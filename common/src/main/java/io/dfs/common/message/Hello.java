package io.dfs.common.message;

import io.dfs.common.id.NodeId;

/**
 * The first message on every connection, answered by {@link Reply.Welcome} or an error.
 *
 * @param protocol the version of the protocol, {@link #PROTOCOL}; a peer of another version is
 *     refused with both numbers
 * @param clusterId the cluster that the sender belongs to; empty when it does not know yet, else it
 *     must be the receiver's
 * @param role what the sender is: {@code client}, {@code dataserver} or {@code nameserver}
 * @param node the sender's number when it is a dataserver
 * @param credentials proof of identity; empty while clusters are open
 */
public record Hello(int protocol, String clusterId, String role, NodeId node, byte[] credentials)
    implements Message {
  public static final int PROTOCOL = 1;
}
