package io.dfs.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Timestamp;
import java.io.PrintWriter;
import java.io.StringWriter;
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
