package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.id.InodeId;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.EngineState.LockWait;
import io.dfs.fusemount.linux.LockOps.Owner;
import io.dfs.fusemount.linux.OpenFiles.OpenFile;
import io.dfs.fusemount.linux.Pending.Withheld;
import io.dfs.fusemount.linux.channel.Channel;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Negotiation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The parts of the engine that serve requests, joined, and what they hold. Shared. */
final class Served {
  private final Negotiation agreed;
  private final InodeId root;
  private final OpenFiles open = new OpenFiles();
  private final LockOps locks;
  private final FileOps files;
  private final DirectoryOps directories;
  private final Notifier notifier;
  final Answers answers;
  final Trust trust;
  final Dispatcher dispatcher;

  Served(Vfs vfs, InodeId root, Channel first, Negotiation agreed, EngineOptions options) {
    this.agreed = agreed;
    this.root = root;
    answers = new Answers(options.operationDeadline());
    trust = new Trust(vfs, options);
    Names names = new Names(root);
    KernelPages pages = new KernelPages();
    locks = new LockOps(vfs, answers, open, pages);
    files = new FileOps(vfs, answers, names, open, pages, locks, trust, options.directIo(), agreed);
    directories = new DirectoryOps(vfs, answers, names, trust);
    dispatcher =
        new Dispatcher(
            answers,
            new TreeOps(vfs, answers, names, pages, trust),
            files,
            new RangeOps(vfs, answers, open, pages),
            directories,
            new XattrOps(vfs, answers),
            locks,
            agreed);
    notifier = new Notifier(first, root, pages, trust);
  }

  /** The kernel is told what to forget from now on. */
  void listen(Vfs vfs) {
    notifier.start();
    vfs.listen(notifier);
  }

  /** Completes when the kernel was told all that it is to forget. */
  CompletableFuture<Void> told() {
    return notifier.settled();
  }

  /** The mount has ended. */
  void end() {
    notifier.end();
    answers.pending().end();
    files.releaseAll();
    directories.releaseAll();
  }

  // ---- handing over, while no request is under way but waiting for locks

  EngineState state(List<Channel> channels, List<Withheld> withheld) {
    List<EngineState.File> openFiles = new ArrayList<>();
    for (OpenFile file : open.all()) {
      CompletableFuture<Long> other = file.otherHandle;
      boolean none = other == null || !other.isDone() || other.isCompletedExceptionally();
      openFiles.add(
          new EngineState.File(
              file.handle,
              file.inode,
              file.append,
              file.byRoot,
              file.written,
              other == null || none ? 0 : other.join()));
    }
    List<EngineState.Directory> openDirectories = new ArrayList<>();
    directories
        .all()
        .forEach((handle, inode) -> openDirectories.add(new EngineState.Directory(handle, inode)));
    List<EngineState.LockOwner> owners = new ArrayList<>();
    locks
        .owners()
        .forEach(
            (inode, all) ->
                all.forEach(
                    o ->
                        owners.add(
                            new EngineState.LockOwner(inode, o.kind(), o.owner(), o.handle()))));
    List<LockWait> waits = new ArrayList<>();
    for (Withheld each : withheld) {
      Exchange x = each.exchange();
      Body.Lk body = x.awaited();
      if (body != null) {
        waits.add(new LockWait(channels.indexOf(x.channel()), x.header(), body));
      }
    }
    return new EngineState(agreed, root, openFiles, openDirectories, owners, waits);
  }

  void takeOver(EngineState state) {
    for (EngineState.File each : state.files()) {
      OpenFile file = new OpenFile(each.handle(), each.inode(), each.append(), each.byRoot());
      file.written = each.written();
      if (each.otherHandle() != 0) {
        file.otherHandle = CompletableFuture.completedFuture(each.otherHandle());
      }
      files.takeOver(file);
    }
    state.directories().forEach(each -> directories.takeOver(each.handle(), each.inode()));
    state
        .lockOwners()
        .forEach(
            each ->
                locks.takeOver(each.inode(), new Owner(each.kind(), each.owner(), each.handle())));
  }

  /** Asks again for what programs wait for. */
  void waitAgain(EngineState state, List<Channel> channels) {
    for (LockWait wait : state.lockWaits()) {
      Exchange x = new Exchange(channels.get(wait.channel()), wait.header(), root, trust.count());
      try {
        locks.set(x, wait.body(), true);
      } catch (RuntimeException e) {
        answers.fail(x, e);
      }
    }
  }
}
