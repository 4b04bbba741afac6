package io.dfs.fusemount.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.fusemount.mount.MountTable.Mounted;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MountTableTest {
  @Test
  void optionalFieldsAndEscapedNamesAreUnderstood() {
    List<Mounted> mounts =
        MountTable.parse(
            """
            25 30 0:23 / /sys rw,nosuid shared:7 master:1 - sysfs sysfs rw
            99 30 0:41 / /mnt/a\\040b rw - fuse.dfs dfs:host\\0541:9700 rw,user_id=0
            """);
    assertEquals(new Mounted("0:23", "/sys", "sysfs", "sysfs"), mounts.get(0));
    assertEquals(new Mounted("0:41", "/mnt/a b", "fuse.dfs", "dfs:host,1:9700"), mounts.get(1));
    assertFalse(mounts.get(0).isDfs());
    assertTrue(mounts.get(1).isDfs());
  }
}
