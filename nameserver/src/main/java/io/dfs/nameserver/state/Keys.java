package io.dfs.nameserver.state;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Name;
import java.nio.ByteBuffer;

/**
 * The schema: every key that the nameserver writes. Numbers are big-endian, so that keys sort as
 * their numbers do; sizes in bytes in brackets.
 *
 * <pre>
 * 'I' inode[8]                    an inode: {@link Inode}
 * 'D' parent[8] name[1..255]      a directory entry: {@link Dentry}
 * 'C' parent[8] cookie[8]         the same entry in listing order: child[8] type[1] name
 * 'T' inode[8]                    the target of a symbolic link
 * 'X' inode[8] name[1..255]       an extended attribute: its value
 * 'E' tree[8] fileOffset[8]       an extent: length[4] chunk[8] chunkOffset[4]
 * 'K' chunk[8]                    a chunk: {@link ChunkState}
 * 'W' session[8] chunk[8]         the session may append to the chunk: empty
 * 'G' node[4] chunk[8]            the server shall delete the chunk: empty
 * 'P' group[4]                    a placement group, as its message
 * 'N' node[4]                     a dataserver: {@link Server}
 * 'S' session[8]                  a session: {@link SessionRecord}
 * 'R' session[8] slot[4]          the last request of a slot: {@link SlotReply}
 * 'O' inode[8]                    the inode has no name any more: empty
 * 'U' tree[8]                     extents of the tree belong to no file any more: inode[8] of whose
 *                                 layout it is still, up to its cutAt; 0 if of none
 * 'L' inode[8]                    its locks: {@code lock.LockList}
 * 'Q' session[8] inode[8]         the session holds locks on the inode: empty
 * 'Z' chunk[8]                    the chunk stays, with live bytes or without, for readers who know
 *                                 an old layout: until[8], ms of the epoch
 * 'J' parent[8] inode[8]          an inode that was deleted from the directory: {@link TrashEntry}
 * 'F' expires[8] inode[8]         the same by time: parent[8]
 * 'B' 'n' parent[8] name 0 inode[8]   the same by name: empty
 * 'B' 't' inode[8]                what is deleted from the directory and below it is kept for so
 *                                 many seconds[8]
 * 'B' 'q' inode[8]                what the directory held is being restored: {@link Trash.Pending}
 * 'B' 'r' sequence[8]             chunks made after a backup: {@link NewerChunks}
 * 'B' 's' inode[8]                what is below the directory gets other settings: {@link
 *                                 Conversions.Conversion}
 * 'B' 'd' inode[8] directory[8]   of the conversion of the first: the entries of the second after
 *                                 cookie[8] have not been looked at
 * 'B' 'f' inode[8]                the file may not be as its settings say: {@link
 *                                 Conversions.Waiting}
 * 'V' chunk[8] node[4]            the server's copy of the chunk is bad or missing: why, UTF-8
 * 'H' sequence[8]                 something that happened: {@link EventRecord}
 * 'M' counter[1]                  a {@link Counter}: value[8]; the cluster's id under 0xff
 * </pre>
 *
 * An extent tree has the number of its inode at first; cutting a long layout to nothing gives the
 * inode another tree, and the old one is worked off in the background; cutting a long end off sets
 * the inode's {@code cutAt}, and what lies past it is worked off likewise.
 */
public final class Keys {
  private Keys() {}

  private static byte[] key(char table) {
    return new byte[] {(byte) table};
  }

  private static byte[] key(char table, int a) {
    return ByteBuffer.allocate(5).put((byte) table).putInt(a).array();
  }

  private static byte[] key(char table, long a) {
    return ByteBuffer.allocate(9).put((byte) table).putLong(a).array();
  }

  private static byte[] key(char table, long a, long b) {
    return ByteBuffer.allocate(17).put((byte) table).putLong(a).putLong(b).array();
  }

  private static byte[] key(char table, long a, Name name) {
    return ByteBuffer.allocate(9 + name.length())
        .put((byte) table)
        .putLong(a)
        .put(name.bytes())
        .array();
  }

  /** The least key that is greater than every key with this prefix. */
  static byte[] after(byte[] prefix) {
    byte[] end = prefix.clone();
    for (int i = end.length - 1; i >= 0; i--) {
      if (++end[i] != 0) {
        return end;
      }
    }
    throw new IllegalArgumentException("no key follows");
  }

  static byte[] inode(InodeId inode) {
    return key('I', inode.value());
  }

  static byte[] inodes() {
    return key('I');
  }

  static byte[] dentry(InodeId parent, Name name) {
    return key('D', parent.value(), name);
  }

  static byte[] dentries(InodeId parent) {
    return key('D', parent.value());
  }

  static byte[] dentryByCookie(InodeId parent, long cookie) {
    return key('C', parent.value(), cookie);
  }

  static byte[] dentriesByCookie(InodeId parent) {
    return key('C', parent.value());
  }

  static byte[] symlink(InodeId inode) {
    return key('T', inode.value());
  }

  static byte[] xattr(InodeId inode, Name name) {
    return key('X', inode.value(), name);
  }

  static byte[] xattrs(InodeId inode) {
    return key('X', inode.value());
  }

  static byte[] extent(long tree, long fileOffset) {
    return key('E', tree, fileOffset);
  }

  static byte[] extents(long tree) {
    return key('E', tree);
  }

  static byte[] allExtents() {
    return key('E');
  }

  static byte[] chunk(ChunkId chunk) {
    return key('K', chunk.value());
  }

  static byte[] chunks() {
    return key('K');
  }

  static byte[] kept(ChunkId chunk) {
    return key('Z', chunk.value());
  }

  static byte[] kept() {
    return key('Z');
  }

  static byte[] writing(SessionId session, ChunkId chunk) {
    return key('W', session.value(), chunk.value());
  }

  static byte[] writing(SessionId session) {
    return key('W', session.value());
  }

  static byte[] garbage(NodeId node, long chunk) {
    return ByteBuffer.allocate(13).put((byte) 'G').putInt(node.value()).putLong(chunk).array();
  }

  static byte[] garbage(NodeId node) {
    return key('G', node.value());
  }

  static byte[] group(GroupId group) {
    return key('P', group.value());
  }

  static byte[] groups() {
    return key('P');
  }

  static byte[] server(NodeId node) {
    return key('N', node.value());
  }

  static byte[] servers() {
    return key('N');
  }

  static byte[] session(SessionId session) {
    return key('S', session.value());
  }

  static byte[] sessions() {
    return key('S');
  }

  static byte[] slot(SessionId session, int slot) {
    return ByteBuffer.allocate(13).put((byte) 'R').putLong(session.value()).putInt(slot).array();
  }

  static byte[] slots(SessionId session) {
    return key('R', session.value());
  }

  static byte[] orphan(InodeId inode) {
    return key('O', inode.value());
  }

  static byte[] orphans() {
    return key('O');
  }

  static byte[] purge(long tree) {
    return key('U', tree);
  }

  static byte[] purges() {
    return key('U');
  }

  static byte[] locks(InodeId inode) {
    return key('L', inode.value());
  }

  static byte[] locks() {
    return key('L');
  }

  static byte[] lockedBy(SessionId session, InodeId inode) {
    return key('Q', session.value(), inode.value());
  }

  static byte[] lockedBy(SessionId session) {
    return key('Q', session.value());
  }

  static byte[] trash(InodeId parent, InodeId inode) {
    return key('J', parent.value(), inode.value());
  }

  static byte[] trash(InodeId parent) {
    return key('J', parent.value());
  }

  static byte[] trashDue(long expires, InodeId inode) {
    return key('F', expires, inode.value());
  }

  static byte[] trashDue(long expires) {
    return key('F', expires);
  }

  static byte[] trashDue() {
    return key('F');
  }

  /** A name has no NUL, so one after it keeps names apart of which one begins the other. */
  static byte[] trashNames(InodeId parent, Name name) {
    return ByteBuffer.allocate(11 + name.length())
        .put((byte) 'B')
        .put((byte) 'n')
        .putLong(parent.value())
        .put(name.bytes())
        .array();
  }

  static byte[] trashName(InodeId parent, Name name, InodeId inode) {
    return ByteBuffer.allocate(19 + name.length())
        .put(trashNames(parent, name))
        .putLong(inode.value())
        .array();
  }

  private static byte[] own(char kind, long a) {
    return ByteBuffer.allocate(10).put((byte) 'B').put((byte) kind).putLong(a).array();
  }

  static byte[] trashKeep(InodeId directory) {
    return own('t', directory.value());
  }

  static byte[] restoring(InodeId directory) {
    return own('q', directory.value());
  }

  static byte[] restoring() {
    return new byte[] {'B', 'q'};
  }

  static byte[] newer(long after) {
    return own('r', after);
  }

  static byte[] newer() {
    return new byte[] {'B', 'r'};
  }

  static byte[] conversion(InodeId directory) {
    return own('s', directory.value());
  }

  static byte[] conversions() {
    return new byte[] {'B', 's'};
  }

  static byte[] converting(InodeId conversion, InodeId directory) {
    return ByteBuffer.allocate(18).put(converting(conversion)).putLong(directory.value()).array();
  }

  static byte[] converting(InodeId conversion) {
    return own('d', conversion.value());
  }

  static byte[] toConvert(InodeId file) {
    return own('f', file.value());
  }

  static byte[] toConvert() {
    return new byte[] {'B', 'f'};
  }

  static byte[] badCopy(ChunkId chunk, NodeId node) {
    return ByteBuffer.allocate(13)
        .put((byte) 'V')
        .putLong(chunk.value())
        .putInt(node.value())
        .array();
  }

  static byte[] badCopies(ChunkId chunk) {
    return key('V', chunk.value());
  }

  static byte[] badCopies() {
    return key('V');
  }

  static byte[] event(long sequence) {
    return key('H', sequence);
  }

  static byte[] events() {
    return key('H');
  }

  static byte[] allWriting() {
    return key('W');
  }

  static byte[] counter(Counter counter) {
    return new byte[] {'M', counter.code()};
  }

  static byte[] clusterId() {
    return new byte[] {'M', (byte) 0xff};
  }
}
