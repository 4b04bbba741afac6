package io.dfs.nameserver.namespace;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.TrashEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What things in the trash are called, and who sees them. The latest of those that were deleted
 * under a name has this name; each can also be called {@code NAME@INODE}, as the older ones are.
 */
public final class TrashNames {
  private TrashNames() {}

  /** Only who owned it: also when the kernel has checked the permissions of the folder. */
  public static boolean sees(Caller caller, TrashEntry entry) {
    return caller.uid() == 0 || caller.uid() == entry.uid();
  }

  public static Name shown(Trash trash, TrashEntry entry) {
    TrashEntry newest = trash.newest(entry.parent(), entry.name());
    if (newest == null || newest.inode().equals(entry.inode())) {
      return entry.name();
    }
    byte[] mark = ("@" + entry.inode().value()).getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(entry.name().length(), Name.MAX_BYTES - mark.length);
    byte[] bytes = Arrays.copyOf(entry.name().bytes(), length + mark.length);
    System.arraycopy(mark, 0, bytes, length, mark.length);
    return new Name(bytes);
  }

  /** What a name in the trash means, null when nothing. */
  public static @Nullable TrashEntry find(Trash trash, InodeId parent, Name name) {
    TrashEntry newest = trash.newest(parent, name);
    if (newest != null) {
      return newest;
    }
    String text = new String(name.bytes(), StandardCharsets.ISO_8859_1);
    int mark = text.lastIndexOf('@');
    if (mark < 0 || !text.substring(mark + 1).matches("[0-9]{1,18}")) {
      return null;
    }
    TrashEntry entry = trash.find(parent, new InodeId(Long.parseLong(text.substring(mark + 1))));
    return entry != null && shown(trash, entry).equals(name) ? entry : null;
  }
}
