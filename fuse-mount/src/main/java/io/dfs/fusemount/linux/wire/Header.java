package io.dfs.fusemount.linux.wire;

/**
 * What every request begins with.
 *
 * <pre>
 * fuse_in_header   0 length (32)  4 opcode (32)  8 unique  16 node  24 uid (32)  28 gid (32)
 *                 32 pid (32)  36 length of extensions, in 8 bytes (16)  38 padding
 * </pre>
 *
 * @param length of the whole request
 * @param unique the request's number, which the answer names
 * @param node the inode that it is about
 */
public record Header(int length, int opcode, long unique, long node, int uid, int gid, int pid) {
  public static final int BYTES = 40;
}
