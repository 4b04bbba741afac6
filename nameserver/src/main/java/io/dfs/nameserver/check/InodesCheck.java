package io.dfs.nameserver.check;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Format;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.TrashEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Inodes against their names, the counts of directories, orphans, the trash and what hangs on an
 * inode: all of them sorted by inode and read side by side. Confined to one thread.
 */
final class InodesCheck {
  private static final long END = Long.MAX_VALUE;

  private final KeyValueReader state;
  private final Tables tables;
  private final Findings findings;
  private final LongSort names;
  private final LongSort directories;
  private final LongSort trees;
  private long inodes;
  private long last;

  /**
   * @param names as {@link NamesCheck} tells them
   * @param directories likewise
   * @param trees takes (tree, inode, size, allocated, cutAt) of regular files
   */
  InodesCheck(
      KeyValueReader state,
      Findings findings,
      LongSort names,
      LongSort directories,
      LongSort trees) {
    this.state = state;
    this.tables = new Tables(state);
    this.findings = findings;
    this.names = names;
    this.directories = directories;
    this.trees = trees;
  }

  void run() throws IOException {
    try (Rows i = Rows.of(state, 'I');
        Rows o = Rows.of(state, 'O')) {
      Row.OfInode row = (Row.OfInode) i.next();
      Row.OfOrphan orphan = (Row.OfOrphan) o.next();
      long[] name = names.next();
      long[] directory = directories.next();
      while (row != null || orphan != null || name != null || directory != null) {
        long id =
            Math.min(
                Math.min(
                    row == null ? END : row.inode().id().value(),
                    orphan == null ? END : orphan.inode().value()),
                Math.min(first(name), first(directory)));
        List<long[]> own = new ArrayList<>();
        for (; name != null && name[0] == id; name = names.next()) {
          if (own.size() < Finding.MAX_INODES || row == null) {
            own.add(name);
          } else {
            own.add(own.get(0)); // only their number matters
          }
        }
        boolean isOrphan = orphan != null && orphan.inode().value() == id;
        long[] counts = directory != null && directory[0] == id ? directory : new long[] {id, 0, 0};
        if (row != null && row.inode().id().value() == id) {
          check(row.inode(), own, counts, isOrphan);
          row = (Row.OfInode) i.next();
        } else {
          missing(id, own, counts, isOrphan);
        }
        orphan = isOrphan ? (Row.OfOrphan) o.next() : orphan;
        directory = first(directory) == id ? directories.next() : directory;
      }
    }
    checkCounters();
    checkAttached();
    checkTrash();
  }

  private static long first(long @Nullable [] record) {
    return record == null ? END : record[0];
  }

  private void check(Inode inode, List<long[]> own, long[] counts, boolean orphan)
      throws IOException {
    long id = inode.id().value();
    inodes++;
    last = Math.max(last, Math.max(id, inode.tree()));
    if (inode.isRegular()) {
      trees.add(inode.tree(), id, inode.size(), inode.allocated(), inode.cutAt());
    }
    boolean root = inode.id().equals(InodeId.ROOT);
    boolean named = root || !own.isEmpty();
    if (!named && inode.nlink() > 0) {
      findings.add(
          Finding.of(
              "unreachable",
              "no name leads to inode " + id + "; lost+found can give it one",
              id,
              new Fix.Adopt(inode.id())));
    } else if (!named && !orphan && tables.trash().of(inode) == null) {
      findings.add(
          Finding.of(
              "orphan",
              "inode " + id + " has no name and waits for nothing: its space is not given back",
              id,
              new Fix.PutOrphan(inode.id())));
    } else if (orphan && inode.nlink() > 0) {
      findings.add(
          Finding.of(
              "orphan",
              "inode " + id + " has a name and is marked for removal",
              id,
              new Fix.DropOrphan(inode.id())));
    }
    if (inode.isDirectory()) {
      directory(inode, own, counts, named);
    } else if (named && own.size() != inode.nlink()) {
      findings.add(
          Finding.of(
              "link-count",
              "inode " + id + " has " + own.size() + " names and counts " + inode.nlink(),
              id,
              new Fix.AddToInode(inode.id(), own.size() - inode.nlink(), 0, 0)));
    }
    if (counts[1] > 0 && !inode.isDirectory()) {
      findings.add(
          Finding.of(
              "entry-in-file",
              "inode " + id + " has entries, but is no directory; report this",
              id));
    }
    for (long[] each : own) {
      if (each[2] != Format.code(inode.type())) {
        retype(inode, each);
      }
    }
    if (inode.type() == FileType.SYMLINK && !tables.hasSymlink(inode.id())) {
      findings.add(
          new Finding(
              "symlink",
              true,
              "the target of symbolic link " + id + " is lost; remove it and make it anew",
              List.of(id),
              List.of()));
    }
  }

  private void directory(Inode inode, List<long[]> own, long[] counts, boolean named)
      throws IOException {
    long id = inode.id().value();
    int links = (named || inode.nlink() > 0 ? 2 : 0) + (int) counts[2];
    if (links != inode.nlink() || counts[1] != inode.size()) {
      findings.add(
          Finding.of(
              "directory-count",
              "directory "
                  + id
                  + " has "
                  + counts[1]
                  + " entries, "
                  + counts[2]
                  + " of them directories, and counts "
                  + inode.size()
                  + " and "
                  + inode.nlink()
                  + " links: it may not be removable",
              id,
              new Fix.AddToInode(inode.id(), links - inode.nlink(), counts[1] - inode.size(), 0)));
    }
    if (own.size() > 1) {
      findings.add(
          Finding.of("directory-names", "directory " + id + " has several names; report this", id));
    } else if (own.size() == 1 && own.get(0)[1] != inode.parent().value()) {
      findings.add(
          Finding.of(
              "parent",
              "'..' of directory " + id + " leads to " + inode.parent() + " instead of where it is",
              id,
              new Fix.SetParent(inode.id(), new InodeId(own.get(0)[1]))));
    }
  }

  private void retype(Inode inode, long[] name) throws IOException {
    Name text = name(name);
    if (text != null) {
      findings.add(
          Finding.of(
              "entry-type",
              "the name of inode " + inode.id() + " says that it is of another type",
              inode.id().value(),
              new Fix.Retype(new InodeId(name[1]), text, inode.type())));
    }
  }

  /** What the name of (child, parent, type, cookie) is. */
  private @Nullable Name name(long[] n) throws IOException {
    try (Rows d = Rows.of(state, 'D', n[1])) {
      while (d.next() instanceof Row.OfDentry e) {
        if (e.dentry().child().value() == n[0] && e.dentry().cookie() == n[3]) {
          return e.name();
        }
      }
    }
    return null;
  }

  private void missing(long id, List<long[]> own, long[] counts, boolean orphan)
      throws IOException {
    InodeId inode = new InodeId(id);
    if (orphan) {
      findings.add(
          Finding.of(
              "orphan",
              "inode " + id + " is marked for removal and does not exist",
              0,
              new Fix.DropOrphan(inode)));
    }
    if (counts[1] > 0) {
      findings.add(
          Finding.of(
              "directory-lost",
              "directory "
                  + id
                  + " with "
                  + counts[1]
                  + " entries is lost: it can be made anew, without its attributes",
              own.isEmpty() ? 0 : own.get(0)[1],
              new Fix.MakeDirectory(
                  inode,
                  new InodeId(own.isEmpty() ? 0 : own.get(0)[1]),
                  counts[1],
                  (int) counts[2])));
      return;
    }
    for (long[] each : own) {
      Name name = name(each);
      if (name != null) {
        findings.add(
            new Finding(
                "entry-without-inode",
                true,
                "'" + name + "' leads to inode " + id + ", which does not exist: the file is lost",
                List.of(each[1]),
                List.of(new Fix.RemoveName(new InodeId(each[1]), name, dentry(each)))));
      }
    }
  }

  private static Dentry dentry(long[] n) {
    return new Dentry(new InodeId(n[0]), Format.type(n[2]), n[3]);
  }

  private void checkCounters() throws IOException {
    long counted = tables.counter(Counter.INODES);
    if (counted != inodes) {
      findings.add(
          Finding.of(
              "counter",
              inodes + " inodes exist, " + counted + " are counted",
              0,
              new Fix.AddCounter(Counter.INODES, inodes - counted)));
    }
    if (tables.counter(Counter.INODE) < last) {
      findings.add(
          Finding.of(
              "counter",
              "inode numbers up to " + last + " are in use and could be given out again",
              0,
              new Fix.RaiseCounter(Counter.INODE, last)));
    }
  }

  private void checkAttached() throws IOException {
    try (Rows t = Rows.of(state, 'T')) {
      while (t.next() instanceof Row.OfSymlink link) {
        if (tables.findInode(link.inode()) == null) {
          findings.add(
              Finding.of(
                  "leftover",
                  "a target of the symbolic link " + link.inode() + ", which does not exist",
                  0,
                  new Fix.DropSymlink(link.inode())));
        }
      }
    }
    try (Rows x = Rows.of(state, 'X')) {
      while (x.next() instanceof Row.OfXattr attribute) {
        if (tables.findInode(attribute.inode()) == null) {
          findings.add(
              Finding.of(
                  "leftover",
                  "an attribute of inode " + attribute.inode() + ", which does not exist",
                  0,
                  new Fix.DropXattr(attribute.inode(), attribute.name())));
        }
      }
    }
  }

  private void checkTrash() throws IOException {
    long entries = 0;
    long bytes = 0;
    Trash trash = tables.trash();
    try (Rows j = Rows.of(state, 'J')) {
      while (j.next() instanceof Row.OfTrash row) {
        TrashEntry entry = row.entry();
        entries++;
        bytes += entry.bytes();
        Inode inode = tables.findInode(entry.inode());
        if (inode == null
            || inode.nlink() > 0
            || !inode.parent().equals(entry.parent())
            || !trash.isIndexed(entry)) {
          findings.add(
              Finding.of(
                  "trash",
                  "'" + entry.name() + "' in the trash cannot be restored, or does not expire",
                  0,
                  new Fix.MendTrash(entry.parent(), entry.inode())));
        }
      }
    }
    count(Counter.TRASH_INODES, entries, "inodes");
    count(Counter.TRASH_BYTES, bytes, "bytes");
  }

  private void count(Counter counter, long found, String what) throws IOException {
    long counted = tables.counter(counter);
    if (counted != found) {
      findings.add(
          Finding.of(
              "counter",
              found + " " + what + " are in the trash, " + counted + " are counted",
              0,
              new Fix.AddCounter(counter, found - counted)));
    }
  }
}
