package io.dfs.nameserver.state;

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
 * 0 format = 1 [1]   1 replicas [4]   5 epoch [4]   9 members: [4] each
 * </pre>
 */
final class GroupRecord {
  private static final byte FORMAT = 1;

  private GroupRecord() {}

  static byte[] encode(Group group) {
    ByteBuffer out = ByteBuffer.allocate(9 + 4 * group.members().size());
    out.put(FORMAT).putInt(group.replicas()).putInt(group.epoch());
    group.members().forEach(member -> out.putInt(member.value()));
    return out.array();
  }

  static Group decode(GroupId id, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "group");
    int replicas = in.getInt();
    int epoch = in.getInt();
    List<NodeId> members = new ArrayList<>();
    while (in.hasRemaining()) {
      members.add(new NodeId(in.getInt()));
    }
    return new Group(id, replicas, epoch, List.copyOf(members));
  }
}
