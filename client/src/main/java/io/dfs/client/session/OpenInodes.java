package io.dfs.client.session;

import io.dfs.common.id.InodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often each inode is open in this session, and how many of these opens the nameserver counts.
 * Shared.
 *
 * <p>What is opened under a lease is not told: the nameserver asks when the inode is about to lose
 * its last name. The nameserver hears of the last close only, with all that it has counted.
 */
public final class OpenInodes {
  /** Immutable. */
  private record Opens(int all, int told) {
    boolean isQuiet() {
      return all > 0 && told == 0;
    }
  }

  private final ConcurrentMap<InodeId, Opens> opens = new ConcurrentHashMap<>();

  /** Inodes that are open and that the nameserver does not know of; approximate for readers. */
  private final AtomicInteger quiet = new AtomicInteger();

  /** An open that the nameserver has counted. */
  public void opened(InodeId inode) {
    change(inode, 1, 1);
  }

  /** An open that it has not. */
  public void openedQuietly(InodeId inode) {
    change(inode, 1, 0);
  }

  private void change(InodeId inode, int all, int told) {
    opens.compute(
        inode,
        (key, was) -> {
          Opens before = was == null ? new Opens(0, 0) : was;
          Opens now = new Opens(before.all + all, before.told + told);
          count(before, now);
          return now;
        });
  }

  private void count(Opens before, Opens now) {
    if (before.isQuiet() != now.isQuiet()) {
      quiet.addAndGet(now.isQuiet() ? 1 : -1);
    }
  }

  /**
   * Ends one open.
   *
   * @return -1 when the inode is still open, else how many opens the nameserver counts
   */
  public int released(InodeId inode) {
    int[] told = {-1};
    opens.computeIfPresent(
        inode,
        (key, was) -> {
          if (was.all > 1) {
            return new Opens(was.all - 1, was.told);
          }
          told[0] = was.told;
          count(was, new Opens(0, 0));
          return null;
        });
    return told[0];
  }

  /**
   * The nameserver still counts {@code told} opens that have ended.
   *
   * @return whether the inode is open again, and these are its own now
   */
  public boolean takeOver(InodeId inode, int told) {
    return opens.computeIfPresent(
            inode,
            (key, was) -> {
              Opens now = new Opens(was.all, was.told + told);
              count(was, now);
              return now;
            })
        != null;
  }

  public boolean isOpen(InodeId inode) {
    return opens.containsKey(inode);
  }

  /** The inode is open and the nameserver does not know. */
  public boolean isQuiet(InodeId inode) {
    Opens now = opens.get(inode);
    return now != null && now.isQuiet();
  }

  /** What {@link #isQuiet}. */
  public List<InodeId> quiet() {
    List<InodeId> inodes = new ArrayList<>();
    if (quiet.get() > 0) {
      opens.forEach(
          (inode, now) -> {
            if (now.isQuiet()) {
              inodes.add(inode);
            }
          });
    }
    return inodes;
  }

  /** The nameserver was told that the inode is open: it counts that as one if it knew of none. */
  public void told(InodeId inode) {
    opens.computeIfPresent(
        inode,
        (key, was) -> {
          Opens now = was.isQuiet() ? new Opens(was.all, 1) : was;
          count(was, now);
          return now;
        });
  }

  /**
   * How often an inode is open.
   *
   * @param told of these, how many the nameserver counts
   */
  public record OpenInode(InodeId inode, int all, int told) {}

  /** Everything that is open, to be handed to another process. */
  public List<OpenInode> snapshot() {
    List<OpenInode> all = new ArrayList<>();
    opens.forEach((inode, now) -> all.add(new OpenInode(inode, now.all, now.told)));
    return all;
  }

  /** What another process had open; before anything is opened here. */
  public void takeOver(List<OpenInode> all) {
    for (OpenInode each : all) {
      change(each.inode, each.all, each.told);
    }
  }

  public List<InodeId> all() {
    return List.copyOf(opens.keySet());
  }
}
