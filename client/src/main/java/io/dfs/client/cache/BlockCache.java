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
 * <p>Blocks that were fetched together share one buffer, which is free only when all of them are
 * gone. So that a few survivors do not hold much more memory than they weigh, the rest of a fetch
 * goes when less than half of it is left: the cache holds at most twice its size.
 */
public final class BlockCache implements AutoCloseable {
  private final Cache<BlockKey, Block> blocks;

  public BlockCache(long maxBytes) {
    blocks =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((BlockKey key, Block block) -> Math.max(1, block.length()))
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
  }

  /** The block if it is here; take its bytes by {@link Block#slice} at once. */
  public @Nullable Block get(BlockKey key) {
    return blocks.getIfPresent(key);
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
      blocks.put(new BlockKey(first.chunk(), first.block() + i), new Block(slice, origin));
    }
  }

  private void removed(@Nullable BlockKey key, @Nullable Block block, RemovalCause cause) {
    if (block == null) {
      return;
    }
    block.release();
    Origin origin = block.origin();
    if (origin.left().decrementAndGet() == origin.count() / 2 && origin.count() > 2) {
      for (int i = 0; i < origin.count(); i++) {
        BlockKey other = new BlockKey(origin.first().chunk(), origin.first().block() + i);
        Block sibling = blocks.getIfPresent(other);
        if (sibling != null && sibling.origin().left() == origin.left()) {
          blocks.asMap().remove(other, sibling);
        }
      }
    }
  }

  public void invalidate(BlockKey key) {
    blocks.invalidate(key);
  }

  public long bytes() {
    return blocks.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
  }

  @Override
  public void close() {
    blocks.invalidateAll();
    blocks.cleanUp();
  }
}
