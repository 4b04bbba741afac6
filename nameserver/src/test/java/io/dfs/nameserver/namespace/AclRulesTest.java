package io.dfs.nameserver.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Acl.Entry;
import io.dfs.nameserver.state.Acl.Tag;
import io.dfs.nameserver.state.Inode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AclRulesTest {
  private static final int OWNER = 10;
  private static final int GROUP = 20;
  private static final int NAMED_USER = 30;
  private static final int NAMED_GROUP = 40;

  private static final Acl ACL =
      new Acl(
          List.of(
              new Entry(Tag.USER_OBJ, 4, -1),
              new Entry(Tag.USER, 7, NAMED_USER),
              new Entry(Tag.GROUP_OBJ, 4, -1),
              new Entry(Tag.GROUP, 2, NAMED_GROUP),
              new Entry(Tag.MASK, 6, -1),
              new Entry(Tag.OTHER, 1, -1)));

  private static boolean allows(int wanted, int uid, int gid, int... groups) {
    Inode inode =
        new Inode(
            new InodeId(2),
            FileType.REGULAR,
            0,
            1,
            OWNER,
            GROUP,
            0,
            0,
            0,
            Timestamp.EPOCH,
            Timestamp.EPOCH,
            Timestamp.EPOCH,
            Timestamp.EPOCH,
            1,
            new DataSettings(1 << 20, 1),
            new InodeId(0),
            2,
            Inode.UNCUT,
            Inode.ACCESS_ACL,
            ACL);
    return AclRules.allows(ACL, inode, new Caller(uid, gid, groups, false), wanted);
  }

  @Test
  void theOwnersEntryIsAllTheOwnerHasAndIsNotMasked() {
    assertTrue(allows(4, OWNER, GROUP));
    assertFalse(allows(2, OWNER, NAMED_GROUP));
  }

  @Test
  void aNamedUserHasTheEntryUnderTheMask() {
    assertTrue(allows(6, NAMED_USER, 99));
    assertFalse(allows(1, NAMED_USER, 99));
  }

  @Test
  void oneOfTheGroupsMustGrantAllAndThenNotTheOthersEntry() {
    assertTrue(allows(4, 99, GROUP));
    assertTrue(allows(2, 99, 98, NAMED_GROUP));
    assertFalse(allows(6, 99, GROUP, NAMED_GROUP));
    assertFalse(allows(1, 99, GROUP));
  }

  @Test
  void everybodyElseHasTheOthersEntry() {
    assertTrue(allows(1, 99, 98));
    assertFalse(allows(4, 99, 98));
  }

  @Test
  void theModeShowsTheMaskAndSettingItChangesTheMask() {
    assertEquals(02461, AclRules.mode(ACL, 02777));
    Acl changed = AclRules.changed(ACL, 0750);
    assertEquals(0750, AclRules.mode(changed, 0));
    assertEquals(4, changed.find(Tag.GROUP_OBJ).permissions());
  }

  @Test
  void aNewInodeGetsNoMoreThanItsModeAndNoMoreThanTheDefault() {
    assertEquals(0440, AclRules.mode(AclRules.ofNew(ACL, 0650), 0650));
    assertEquals(0461, AclRules.mode(AclRules.ofNew(ACL, 0777), 0777));
  }
}
