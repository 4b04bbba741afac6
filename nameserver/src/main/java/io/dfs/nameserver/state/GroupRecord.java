package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The stored form of a placement group.
 *
 * <pre>
 * 0 format = 2 [1]   1 replicas [4]   5 epoch [4]   9 closed [1]
 * 10 three lists of servers: members, who joins, who leaves; each its size [1] and [4] for each
 * </pre>
 *
 * Format 1, which is still read, has only members after the epoch.
 */
final class GroupRecord {
  private static final byte FORMAT = 2;

  private GroupRecord() {}

  static byte[] encode(Group group) {
    int nodes = group.members().size() + group.joining().size() + group.leaving().size();
    ByteBuffer out = ByteBuffer.allocate(13 + Integer.BYTES * nodes);
    out.put(FORMAT).putInt(group.replicas()).putInt(group.epoch());
    out.put((byte) (group.closed() ? 1 : 0));
    for (List<NodeId> list : List.of(group.members(), group.joining(), group.leaving())) {
      out.put((byte) list.size());
      list.forEach(node -> out.putInt(node.value()));
    }
    return out.array();
  }

  static Group decode(GroupId id, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte format = in.get();
    if (format != 1 && format != FORMAT) {
      throw new FsException(Errno.EIO, "a stored group has the unknown format " + format);
    }
    int replicas = in.getInt();
    int epoch = in.getInt();
    if (format == 1) {
      return new Group(id, replicas, epoch, nodes(in, in.remaining() / Integer.BYTES));
    }
    boolean closed = in.get() != 0;
    List<NodeId> members = nodes(in, in.get());
    List<NodeId> joining = nodes(in, in.get());
    return new Group(id, replicas, epoch, members, closed, joining, nodes(in, in.get()));
  }

  private static List<NodeId> nodes(ByteBuffer in, int count) {
    List<NodeId> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(new NodeId(in.getInt()));
    }
    return List.copyOf(nodes);
  }
}
