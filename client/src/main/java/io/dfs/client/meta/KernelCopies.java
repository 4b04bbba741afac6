package io.dfs.client.meta;

import io.dfs.common.message.Stale;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** What a kernel was told and may hold. Shared; nothing here waits. */
public interface KernelCopies {
  /**
   * @param data the content of the inode has changed too
   */
  void forget(Stale stale, boolean data);

  /**
   * Completes when the kernel holds nothing of what was to be forgotten, or after a while.
   *
   * @param contended whether a write to some of it waits here for the write lease, which another
   *     client may get only after this: the kernel may have locked what it writes until then
   */
  CompletableFuture<Void> settled(BooleanSupplier contended);

  /** Completes when it holds nothing that it was told until now; the lease is how long it may. */
  CompletableFuture<Void> forgetAll(MetaCache cache, int leaseMs);
}
