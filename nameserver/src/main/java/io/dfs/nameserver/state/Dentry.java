package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.FileType;
import java.nio.ByteBuffer;

/**
 * What a name in a directory stands for.
 *
 * <pre>
 * 0 format = 1 [1]   1 type [1]   2 child [8]   10 cookie [8]
 * </pre>
 *
 * @param cookie its place in listings, rising in the order of creation
 */
public record Dentry(InodeId child, FileType type, long cookie) {
  private static final byte FORMAT = 1;
  private static final FileType[] TYPES = FileType.values();

  byte[] encode() {
    return ByteBuffer.allocate(18)
        .put(FORMAT)
        .put(Format.code(type))
        .putLong(child.value())
        .putLong(cookie)
        .array();
  }

  static Dentry decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "directory entry");
    FileType type = TYPES[in.get()];
    return new Dentry(new InodeId(in.getLong()), type, in.getLong());
  }
}
