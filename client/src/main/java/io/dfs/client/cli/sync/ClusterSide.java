package io.dfs.client.cli.sync;

import io.dfs.client.api.Dfs;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.vfs.AttrChange;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory of the cluster. Shared. */
public final class ClusterSide implements Side {
  private final Dfs dfs;
  private final String root;

  /**
   * @param root absolute
   */
  public ClusterSide(Dfs dfs, String root) {
    this.dfs = dfs;
    this.root = root;
  }

  /** As the cluster calls it. */
  public String path(String path) {
    return path.isEmpty() ? root : root.endsWith("/") ? root + path : root + "/" + path;
  }

  @Override
  public Map<String, SyncEntry> list(String directory) {
    Map<String, SyncEntry> entries = new TreeMap<>();
    dfs.list(path(directory), e -> entries.put(e.name(), entry(e.name(), e.attr())));
    return entries;
  }

  @Override
  public @Nullable SyncEntry find(String path) {
    try {
      return entry(path, path.isEmpty() ? dfs.stat(root) : dfs.lstat(path(path)));
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  private static SyncEntry entry(String name, Attr attr) {
    SyncEntry.Type type =
        switch (attr.type()) {
          case REGULAR -> SyncEntry.Type.FILE;
          case DIRECTORY -> SyncEntry.Type.DIRECTORY;
          case SYMLINK -> SyncEntry.Type.SYMLINK;
          default -> SyncEntry.Type.OTHER;
        };
    Timestamp changed = attr.mtime();
    return new SyncEntry(
        name,
        type,
        attr.sizeBytes(),
        Instant.ofEpochSecond(changed.seconds(), changed.nanos()),
        attr.mode(),
        attr.inode(),
        attr.nlink());
  }

  @Override
  public String readlink(String path) {
    return dfs.readlink(path(path));
  }

  @Override
  public void mkdir(String path) {
    if (path.isEmpty()) {
      dfs.mkdirs(root);
    } else {
      dfs.mkdir(path(path));
    }
  }

  @Override
  public void symlink(String target, String path) {
    dfs.symlink(target, path(path));
  }

  @Override
  public void link(String existing, String path) {
    List<Name> names = PathResolver.split(path(path).getBytes(StandardCharsets.UTF_8));
    InodeId parent = Dfs.await(dfs.vfs().paths().parent(dfs.caller(), names));
    InodeId inode = dfs.lstat(path(existing)).inode();
    Dfs.await(dfs.vfs().link(dfs.caller(), inode, parent, names.get(names.size() - 1)));
  }

  @Override
  public void delete(String path) {
    if (dfs.lstat(path(path)).isDirectory()) {
      String below = path + "/";
      dfs.list(path(path)).forEach(entry -> delete(below + entry.name()));
    }
    dfs.delete(path(path));
  }

  @Override
  public void mode(String path, int mode) {
    dfs.setAttributes(path(path), AttrChange.mode(mode));
  }

  @Override
  public void time(String path, SyncEntry like) {
    dfs.setAttributes(
        path(path), AttrChange.times(null, Timestamp.of(like.changed()), false, false));
  }
}
