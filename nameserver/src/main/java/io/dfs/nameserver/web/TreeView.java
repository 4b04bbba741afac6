package io.dfs.nameserver.web;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.nameserver.op.FileLayout;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The directory tree for a browser, as its administrator sees it. Confined to one request. */
final class TreeView {
  /** Of one answer; the rest by its cookie. */
  private static final int MAX_ENTRIES = 200;

  private static final int MAX_EXTENTS = 500;

  /**
   * @param size bytes of a file, entries of a directory
   */
  record Item(
      String name, String type, long size, int mode, int uid, int gid, long mtime, int replicas) {}

  /**
   * @param next the cookie to go on from; 0 at the end
   */
  record Folder(String path, List<Item> entries, long next) {}

  record Piece(long offset, int length, String chunk, int chunkOffset, int group) {}

  /**
   * @param next the offset to go on from; 0 at the end
   */
  record File(String path, Item item, List<Piece> extents, long next) {}

  private final Tables tables;

  TreeView(Tables tables) {
    this.tables = tables;
  }

  Folder folder(String path, long cookie) {
    Inode inode = find(path);
    if (inode.type() != FileType.DIRECTORY) {
      throw new FsException(Errno.ENOTDIR, path + ": not a directory");
    }
    List<Item> items = new ArrayList<>();
    long next = 0;
    List<DirEntry> entries = tables.entries(inode.id(), cookie, MAX_ENTRIES);
    for (DirEntry entry : entries) {
      Inode child = tables.findInode(entry.inode());
      if (child != null) {
        items.add(item(text(entry.name()), child));
      }
      next = entry.cookie();
    }
    return new Folder(path, items, entries.size() < MAX_ENTRIES ? 0 : next);
  }

  File file(String path, long offset) {
    Inode inode = find(path);
    if (!inode.isRegular()) {
      throw new FsException(Errno.EINVAL, path + ": not a regular file");
    }
    List<Extent> extents = FileLayout.part(tables, inode, offset, MAX_EXTENTS).extents();
    Extent last = extents.isEmpty() ? null : extents.get(extents.size() - 1);
    return new File(
        path,
        item(path.substring(path.lastIndexOf('/') + 1), inode),
        extents.stream()
            .map(
                extent ->
                    new Piece(
                        extent.fileOffset(),
                        extent.length(),
                        extent.chunk().toString(),
                        extent.chunkOffset(),
                        extent.chunk().group().value()))
            .toList(),
        last == null || extents.size() < MAX_EXTENTS ? 0 : last.fileOffset() + last.length());
  }

  private Inode find(String path) {
    Inode inode = tables.inode(InodeId.ROOT);
    try {
      for (String name : path.split("/", -1)) {
        if (!name.isEmpty()) {
          byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
          inode = tables.inode(tables.dentry(inode.id(), new Name(bytes)).child());
        }
      }
      return inode;
    } catch (FsException e) {
      throw new FsException(e.errno(), path + ": " + e.errno().text(), e);
    }
  }

  private static String text(Name name) {
    return new String(name.bytes(), StandardCharsets.UTF_8);
  }

  private static Item item(String name, Inode inode) {
    return new Item(
        name,
        inode.type().name(),
        inode.size(),
        inode.mode(),
        inode.uid(),
        inode.gid(),
        inode.mtime().seconds(),
        inode.settings().replicas());
  }
}
