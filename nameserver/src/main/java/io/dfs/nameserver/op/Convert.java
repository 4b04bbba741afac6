package io.dfs.nameserver.op;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Conversions;
import io.dfs.nameserver.state.Conversions.Conversion;
import io.dfs.nameserver.state.Conversions.Unseen;
import io.dfs.nameserver.state.Conversions.Waiting;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/**
 * Brings settings to what exists below a directory: the inodes get them step by step, and files
 * with bytes are noted for {@code convert.Converter}, which has them rewritten.
 */
final class Convert {
  /** Entries that one step looks at. */
  private static final int STEP = 128;

  private Convert() {}

  /**
   * Begins, after the directory itself has its settings. One that is under way for the directory
   * begins again with the new ones.
   */
  static void begin(Transaction tx, Mutation.SetSettings m) {
    Conversion before = tx.conversions().find(m.directory());
    int chunkBytes = m.chunkBytes();
    int replicas = m.replicas();
    long filesLeft = 0;
    long bytesLeft = 0;
    if (before != null) {
      chunkBytes = chunkBytes == 0 ? before.chunkBytes() : chunkBytes;
      replicas = replicas == 0 ? before.replicas() : replicas;
      filesLeft = before.filesLeft();
      bytesLeft = before.bytesLeft();
    }
    tx.putConversion(
        new Conversion(
            m.directory(),
            chunkBytes,
            replicas,
            m.caller().uid(),
            tx.counter(Counter.CHUNK),
            tx.counter(Counter.APPLIED),
            filesLeft,
            bytesLeft,
            filesLeft,
            bytesLeft,
            0));
    tx.putUnseen(m.directory(), new Unseen(m.directory(), 0));
  }

  static Reply.Done apply(Transaction tx, Command.ConvertBelow c) {
    Conversions tables = tx.conversions();
    Conversion conversion = tables.find(c.conversion());
    Long cookie = tables.cookie(c.conversion(), c.directory());
    Inode directory = tx.findInode(c.directory());
    if (conversion == null || cookie == null || directory == null || !directory.isDirectory()) {
      tx.deleteUnseen(c.conversion(), c.directory());
      return Reply.Done.DONE;
    }
    List<DirEntry> entries = tx.entries(c.directory(), cookie, STEP);
    for (DirEntry entry : entries) {
      Inode inode = tx.findInode(entry.inode());
      if (inode != null && (inode.isDirectory() || inode.isRegular())) {
        conversion = convert(tx, conversion, inode);
      }
    }
    tx.putConversion(conversion);
    if (entries.size() < STEP) {
      tx.deleteUnseen(c.conversion(), c.directory());
    } else {
      long last = entries.get(STEP - 1).cookie();
      tx.putUnseen(c.conversion(), new Unseen(c.directory(), last));
    }
    return Reply.Done.DONE;
  }

  private static Conversion convert(Transaction tx, Conversion conversion, Inode inode) {
    if (conversion.uid() != Caller.ROOT.uid() && conversion.uid() != inode.uid()) {
      return conversion.skipped(1);
    }
    DataSettings old = inode.settings();
    DataSettings settings =
        new DataSettings(
            conversion.chunkBytes() == 0 ? old.chunkBytes() : conversion.chunkBytes(),
            conversion.replicas() == 0 ? old.replicas() : conversion.replicas());
    if (!settings.equals(old)) {
      // Who looks at the file now shall see that it has changed.
      tx.putInode(inode.edit().settings(settings).newVersion().done());
    }
    if (inode.type() == FileType.DIRECTORY) {
      tx.putUnseen(conversion.directory(), new Unseen(inode.id(), 0));
      return conversion;
    }
    return inode.allocated() == 0 ? conversion : note(tx, conversion, inode);
  }

  /** The conversion that came last has the file. */
  private static Conversion note(Transaction tx, Conversion conversion, Inode file) {
    Waiting before = tx.conversions().waiting(file.id());
    if (before != null && before.conversion().equals(conversion.directory())) {
      return conversion;
    }
    if (before != null) {
      done(tx, before);
    }
    tx.putWaiting(new Waiting(file.id(), conversion.directory(), file.allocated()));
    return conversion.found(file.allocated());
  }

  private static void done(Transaction tx, Waiting waiting) {
    Conversion conversion = tx.conversions().find(waiting.conversion());
    if (conversion != null) {
      tx.putConversion(conversion.done(waiting.bytes()));
    }
  }

  static Reply.Done apply(Transaction tx, Command.DropConverted c) {
    for (Command.Converted each : c.files()) {
      Waiting waiting = tx.conversions().waiting(each.file());
      Inode inode = tx.findInode(each.file());
      if (waiting != null && (inode == null || inode.version() == each.version())) {
        done(tx, waiting);
        tx.deleteWaiting(each.file());
      }
    }
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Command.EndConversion c) {
    InodeId id = c.conversion();
    Conversion conversion = tx.conversions().find(id);
    if (conversion != null
        && conversion.started() == c.started()
        && tx.conversions().unseen(id) == null) {
      tx.deleteConversion(id);
    }
    return Reply.Done.DONE;
  }
}
