package io.dfs.dataserver.transfer;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.ChunkRequest.SyncChunk;
import io.dfs.common.message.DataSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that make no sense, before anything is done about them: EINVAL for values out of
 * range, EPROTO for a chain that is none. Immutable.
 */
final class Requests {
  private final Supplier<HostPort> self;

  Requests(Supplier<HostPort> self) {
    this.self = self;
  }

  /** The chain's addresses. */
  List<HostPort> check(Append append, int bytes) {
    check(append.chunk());
    int offset = append.offset();
    if (offset < 0 || bytes == 0 || bytes > DataSettings.MAX_CHUNK_BYTES - (long) offset) {
      throw invalid("append of " + bytes + " bytes at " + offset);
    }
    int[] crcs = append.crcs();
    int runs = Crc32c.runs(bytes, offset);
    if (crcs == null || crcs.length != runs) {
      throw invalid(
          "append with " + (crcs == null ? 0 : crcs.length) + " checksums for " + runs + " runs");
    }
    return chain(append.chain());
  }

  List<HostPort> check(SyncChunk sync) {
    check(sync.chunk());
    if (sync.length() < 0 || sync.length() > DataSettings.MAX_CHUNK_BYTES) {
      throw invalid("sync of " + sync.length() + " bytes");
    }
    return chain(sync.chain());
  }

  static void check(Read read) {
    check(read.chunk());
    boolean whole =
        read.offset() % Crc32c.BLOCK_BYTES == 0 && read.length() % Crc32c.BLOCK_BYTES == 0;
    if (!whole || read.offset() < 0 || read.length() <= 0 || read.length() > Read.MAX_READ_BYTES) {
      throw invalid(
          "read of "
              + read.length()
              + " bytes at "
              + read.offset()
              + "; both must be whole blocks, at most "
              + Read.MAX_READ_BYTES
              + " bytes");
    }
  }

  static void check(@Nullable ChunkId chunk) {
    if (chunk == null || chunk.value() == 0) {
      throw invalid("a request without a chunk id");
    }
  }

  private List<HostPort> chain(@Nullable List<String> texts) {
    if (texts == null || texts.size() >= DataSettings.MAX_REPLICAS) {
      throw new FsException(
          Errno.EPROTO,
          "a chain of "
              + (texts == null ? "nothing" : texts.size() + " more members")
              + "; at most "
              + (DataSettings.MAX_REPLICAS - 1));
    }
    List<HostPort> chain = new ArrayList<>(texts.size());
    Set<HostPort> seen = new HashSet<>(Set.of(self.get()));
    for (String text : texts) {
      HostPort next;
      try {
        next = HostPort.parse(String.valueOf(text));
      } catch (IllegalArgumentException e) {
        throw new FsException(Errno.EPROTO, "chain member " + text + ": " + e.getMessage());
      }
      if (!seen.add(next)) {
        throw new FsException(Errno.EPROTO, "the chain " + texts + " comes to " + next + " twice");
      }
      chain.add(next);
    }
    return chain;
  }

  private static FsException invalid(String what) {
    return new FsException(Errno.EINVAL, what + " makes no sense");
  }
}
