package io.dfs.client.transfer;

import io.dfs.client.api.Dfs;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Copies files within the cluster without moving bytes: the copy refers to the same chunks, which
 * stay until nobody refers to them. Stateless but for the connection; shared.
 */
public final class Clones {
  private final DfsVfs vfs;
  private final Caller caller;

  public Clones(DfsVfs vfs, Caller caller) {
    this.vfs = vfs;
    this.caller = caller;
  }

  /**
   * Makes {@code path} a copy of a file, with its mode, owner and times. It grows under a hidden
   * name, so nobody sees half of it; EEXIST when another copy to that name is under way.
   */
  public Attr clone(InodeId source, String path) {
    List<Name> names = PathResolver.split(path.getBytes(StandardCharsets.UTF_8));
    InodeId parent = Dfs.await(vfs.paths().parent(caller, names));
    Name goal = names.get(names.size() - 1);
    Name part = Transfer.partOf(goal);
    Opened from = Dfs.await(vfs.open(caller, source, OpenMode.READ));
    try {
      Opened to = Dfs.await(vfs.create(caller, parent, part, 0600, true, OpenMode.WRITE));
      boolean done = false;
      try {
        try {
          copy(from, to);
        } finally {
          Dfs.await(vfs.release(to.handle()));
        }
        Attr like = from.attr();
        InodeId inode = to.attr().inode();
        AttrChange change =
            new AttrChange(
                like.mode(),
                like.uid(),
                like.gid(),
                null,
                like.atime(),
                like.mtime(),
                false,
                false);
        Dfs.await(vfs.setattr(caller, inode, change));
        Attr copy = Dfs.await(vfs.rename(caller, parent, part, parent, goal, 0));
        done = true;
        return copy;
      } finally {
        if (!done) {
          Dfs.await(vfs.unlink(caller, parent, part));
        }
      }
    } finally {
      Dfs.await(vfs.release(from.handle()));
    }
  }

  private void copy(Opened from, Opened to) {
    long size = from.attr().sizeBytes();
    long done = 0;
    while (done < size) {
      long n = Dfs.await(vfs.copyRange(from.handle(), done, to.handle(), done, size - done));
      if (n == 0) {
        throw new FsException(
            Errno.ESTALE, "the file became shorter while it was copied; copy it again");
      }
      done += n;
    }
  }
}
