package io.dfs.nameserver.check;

import io.dfs.common.message.Name;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Format;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.util.Objects;

/**
 * Names against their listing order, directory by directory: sums of hashes are compared first, and
 * only where they differ each name is looked up. Tells the names by inode and the counts of each
 * directory for the next check. Confined to one thread.
 */
final class NamesCheck {
  private final KeyValueReader state;
  private final Tables tables;
  private final Findings findings;
  private final LongSort names;
  private final LongSort directories;
  private long lastCookie;

  /**
   * @param names takes (child, parent, type, directory entry's cookie)
   * @param directories takes (directory, entries, subdirectories)
   */
  NamesCheck(KeyValueReader state, Findings findings, LongSort names, LongSort directories) {
    this.state = state;
    this.tables = new Tables(state);
    this.findings = findings;
    this.names = names;
    this.directories = directories;
  }

  void run() throws IOException {
    try (Rows d = Rows.of(state, 'D');
        Rows c = Rows.of(state, 'C')) {
      Row.OfDentry entry = (Row.OfDentry) d.next();
      Row.OfListing listed = (Row.OfListing) c.next();
      while (entry != null || listed != null) {
        long parent =
            Math.min(
                entry == null ? Long.MAX_VALUE : entry.parent().value(),
                listed == null ? Long.MAX_VALUE : listed.parent().value());
        long sum = 0;
        long entries = 0;
        long subdirectories = 0;
        for (; entry != null && entry.parent().value() == parent; entry = (Row.OfDentry) d.next()) {
          Dentry dentry = entry.dentry();
          names.add(dentry.child().value(), parent, Format.code(dentry.type()), dentry.cookie());
          sum += hash(entry.name(), dentry);
          entries++;
          subdirectories += dentry.type() == io.dfs.common.message.FileType.DIRECTORY ? 1 : 0;
          lastCookie = Math.max(lastCookie, dentry.cookie());
        }
        for (;
            listed != null && listed.parent().value() == parent;
            listed = (Row.OfListing) c.next()) {
          sum -= hash(listed.name(), listed.dentry());
        }
        if (entries > 0) {
          directories.add(parent, entries, subdirectories);
        }
        if (sum != 0) {
          compare(parent);
        }
      }
    }
    if (lastCookie > tables.counter(Counter.APPLIED)) {
      findings.add(
          Finding.of(
              "counter",
              "the number of commands is behind the names that they made: new names could be"
                  + " missing in listings",
              0,
              new Fix.RaiseCounter(Counter.APPLIED, lastCookie)));
    }
  }

  private static long hash(Name name, Dentry dentry) {
    return Objects.hash(name, dentry) * 0x9E3779B97F4A7C15L;
  }

  private void compare(long parent) throws IOException {
    try (Rows d = Rows.of(state, 'D', parent)) {
      while (d.next() instanceof Row.OfDentry e) {
        if (!e.name().equals(tables.listed(e.parent(), e.dentry()))) {
          findings.add(
              Finding.of(
                  "listing",
                  "'" + e.name() + "' is not listed in its directory, though it can be opened",
                  parent,
                  new Fix.PutListing(e.parent(), e.name(), e.dentry())));
        }
      }
    }
    try (Rows c = Rows.of(state, 'C', parent)) {
      while (c.next() instanceof Row.OfListing e) {
        Dentry dentry = tables.findDentry(e.parent(), e.name());
        if (dentry == null || dentry.cookie() != e.dentry().cookie()) {
          findings.add(
              Finding.of(
                  "listing",
                  "'" + e.name() + "' is listed in its directory, but does not exist",
                  parent,
                  new Fix.DropListing(e.parent(), e.name(), e.dentry().cookie())));
        }
      }
    }
  }
}
