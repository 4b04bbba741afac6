package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the names of some files that have bytes in groups of which no copy can be read. Shared,
 * guarded by itself; a thread walks over the tree each time that those groups change.
 */
final class LostFiles {
  private static final Logger log = LoggerFactory.getLogger(LostFiles.class);

  /** Enough for people to know what it is about; {@code dfs fsck} has them all. */
  private static final int MAX_NAMES = 20;

  private static final int PAGE = 1000;

  private record Folder(InodeId inode, String path) {}

  private final Tables tables;

  @GuardedBy("this")
  private Set<GroupId> wanted = Set.of();

  @GuardedBy("this")
  private List<String> names = List.of();

  LostFiles(Tables tables) {
    this.tables = tables;
  }

  /** The groups that cannot be read now. */
  synchronized void look(List<GroupId> groups) {
    Set<GroupId> now = new HashSet<>(groups);
    if (now.equals(wanted)) {
      return;
    }
    wanted = now;
    names = List.of();
    if (!now.isEmpty()) {
      Thread thread = new Thread(() -> search(now), "dfs-lost-files");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Some files in them, as far as they are found. */
  synchronized List<String> names() {
    return names;
  }

  private synchronized boolean keep(Set<GroupId> groups, List<String> found) {
    if (!groups.equals(wanted)) {
      return false;
    }
    names = List.copyOf(found);
    return found.size() < MAX_NAMES;
  }

  private void search(Set<GroupId> groups) {
    try {
      List<String> found = new ArrayList<>();
      ArrayDeque<Folder> folders = new ArrayDeque<>(List.of(new Folder(InodeId.ROOT, "")));
      while (!folders.isEmpty() && keep(groups, found)) {
        search(folders.pop(), groups, folders, found);
      }
      keep(groups, found);
    } catch (RuntimeException e) {
      log.warn("could not find out which files lack data", e);
    }
  }

  private void search(
      Folder folder, Set<GroupId> groups, ArrayDeque<Folder> folders, List<String> found) {
    long cookie = 0;
    while (found.size() < MAX_NAMES) {
      List<DirEntry> page = tables.entries(folder.inode, cookie, PAGE);
      for (DirEntry entry : page) {
        cookie = entry.cookie();
        String path = folder.path + "/" + entry.name();
        if (entry.type() == FileType.DIRECTORY) {
          folders.push(new Folder(entry.inode(), path));
        } else if (entry.type() == FileType.REGULAR && found.size() < MAX_NAMES) {
          Inode inode = tables.findInode(entry.inode());
          if (inode != null && lacks(inode, groups)) {
            found.add(path);
          }
        }
      }
      if (page.size() < PAGE) {
        return;
      }
    }
  }

  private boolean lacks(Inode inode, Set<GroupId> groups) {
    long at = 0;
    while (true) {
      List<Extent> page = tables.extents(inode.tree(), at, inode.cutAt(), PAGE);
      if (page.stream().anyMatch(e -> groups.contains(e.chunk().group()))) {
        return true;
      }
      if (page.size() < PAGE) {
        return false;
      }
      at = page.get(page.size() - 1).fileEnd();
    }
  }
}
