package io.dfs.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Timestamp;
import io.dfs.common.message.WorkStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShowTest {
  private static Attr attr(FileType type, int mode) {
    return new Attr(
        new InodeId(7),
        type,
        mode,
        1,
        0,
        0,
        0,
        0,
        0,
        Timestamp.EPOCH,
        Timestamp.EPOCH,
        Timestamp.EPOCH,
        Timestamp.EPOCH,
        1,
        new DataSettings(1 << 20, 2));
  }

  @Test
  void modesLookAsLsShowsThem() {
    assertEquals("-rw-r--r--", Show.mode(attr(FileType.REGULAR, 0644)));
    assertEquals("drwxrwxrwt", Show.mode(attr(FileType.DIRECTORY, 01777)));
    assertEquals("-rwsr-x---", Show.mode(attr(FileType.REGULAR, 04750)));
    assertEquals("-rw-r-Sr--", Show.mode(attr(FileType.REGULAR, 02644)));
    assertEquals("lrwxrwxrwx", Show.mode(attr(FileType.SYMLINK, 0777)));
    assertEquals("-rw-r--r-T", Show.mode(attr(FileType.REGULAR, 01644)));
  }

  @Test
  void aNameCannotSteerTheTerminal() {
    assertEquals("a?[2Jb?c", Show.name("a\u001b[2Jb\nc"));
    assertEquals("größe 文件", Show.name("größe 文件"));
  }

  private static ServerInfo server(int id, ServerInfo.State state) {
    return new ServerInfo(
        new NodeId(id), "a:1", "a", "", state, 1, 0, 1, 0, 0, "v", 0, ServerWish.NONE);
  }

  @Test
  void removedServersAreNoneOfThoseThatAreMissing() {
    List<ServerInfo> servers =
        new ArrayList<>(List.of(server(1, State.ONLINE), server(2, State.OFFLINE)));
    assertEquals("1 of 2 online", StatusCommand.online(servers));
    servers.add(server(3, State.REMOVED));
    assertEquals("1 of 2 online, 1 removed", StatusCommand.online(servers));
  }

  @Test
  void whatNobodyCanDoNowIsWaitingAndNotCopying() {
    assertEquals(
        "2 groups, 9 B left, waiting",
        WorkCommand.line(new WorkStatus(2, 0, 9, 0, 0, -1, 1, false)));
    assertEquals(
        "2 groups, 9 B left, 3 B/s, 3 s",
        WorkCommand.line(new WorkStatus(2, 1, 9, 0, 3, 3, 1, false)));
  }

  @Test
  void columnsLineUp() {
    Table table = new Table("lr");
    table.row("a", 1);
    table.row("long", 1000);
    StringWriter out = new StringWriter();
    table.print(new PrintWriter(out, true));
    assertEquals("a        1\nlong  1000\n", out.toString());
  }
}
