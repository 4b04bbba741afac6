package io.dfs.client.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.dfs.client.cache.Block.Origin;
import io.dfs.common.checksum.Crc32c;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Verified blocks in memory, weighed in bytes. Shared.
 *
 * <p>Blocks that were fetched together, at most 1 MiB, share one buffer, which is free only when
 * all of them are gone. So they go together, and what the cache weighs is what it holds.
 */
public final class BlockCache implements AutoCloseable {
  private final long maxBytes;

  /** Made with the first block: a command that reads none does not wait for the library. */
  private volatile @Nullable Cache<BlockKey, Block> made;

  public BlockCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  private Cache<BlockKey, Block> blocks() {
    Cache<BlockKey, Block> blocks = made;
    return blocks != null ? blocks : make();
  }

  private synchronized Cache<BlockKey, Block> make() {
    Cache<BlockKey, Block> blocks = made;
    if (blocks == null) {
      blocks =
          Caffeine.newBuilder()
              .maximumWeight(maxBytes)
              .weigher((BlockKey key, Block block) -> Math.max(1, block.length()))
              .executor(Runnable::run)
              .removalListener(this::removed)
              .build();
      made = blocks;
    }
    return blocks;
  }

  /** The block if it is here; take its bytes by {@link Block#slice} at once. */
  public @Nullable Block get(BlockKey key) {
    return blocks().getIfPresent(key);
  }

  /**
   * Keeps the blocks of a fetch.
   *
   * @param data whole blocks from the first one on, the last possibly short; not taken over
   */
  public void put(BlockKey first, ByteBuf data) {
    int length = data.readableBytes();
    int count = (length + Crc32c.BLOCK_BYTES - 1) / Crc32c.BLOCK_BYTES;
    Origin origin = new Origin(first, count, new AtomicInteger(count));
    for (int i = 0; i < count; i++) {
      int from = i * Crc32c.BLOCK_BYTES;
      int bytes = Math.min(Crc32c.BLOCK_BYTES, length - from);
      ByteBuf slice = data.retainedSlice(data.readerIndex() + from, bytes);
      blocks().put(new BlockKey(first.chunk(), first.block() + i), new Block(slice, origin));
    }
    if (origin.left().get() < count) {
      // Some had to go already, before the others were there to go with them.
      removeAll(origin);
    }
  }

  private void removed(@Nullable BlockKey key, @Nullable Block block, RemovalCause cause) {
    if (block == null) {
      return;
    }
    block.release();
    Origin origin = block.origin();
    if (origin.left().decrementAndGet() == origin.count() - 1) {
      removeAll(origin);
    }
  }

  private void removeAll(Origin origin) {
    for (int i = 0; i < origin.count(); i++) {
      BlockKey key = new BlockKey(origin.first().chunk(), origin.first().block() + i);
      Block block = blocks().getIfPresent(key);
      if (block != null && block.origin().left() == origin.left()) {
        blocks().asMap().remove(key, block);
      }
    }
  }

  /** Memory is short elsewhere: gives back the half that is least likely to be of use. */
  public void shrink() {
    blocks()
        .policy()
        .eviction()
        .ifPresent(e -> blocks().invalidateAll(e.coldestWeighted(bytes() / 2 + 1).keySet()));
  }

  public void invalidate(BlockKey key) {
    blocks().invalidate(key);
  }

  /** The most that it weighs. */
  public long maxBytes() {
    return maxBytes;
  }

  public long bytes() {
    return made == null
        ? 0
        : blocks().policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
  }

  @Override
  public void close() {
    if (made != null) {
      blocks().invalidateAll();
      blocks().cleanUp();
    }
  }
}
