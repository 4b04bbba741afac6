package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.Capacity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All disks of a dataserver; they carry one identity. Shared. */
public final class Disks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Disks.class);

  private final List<Disk> all;
  private volatile Identity identity;

  private Disks(List<Disk> all) {
    this.all = List.copyOf(all);
    this.identity = all.get(0).identity();
  }

  /**
   * Opens and locks directories; new ones get the identity of the others.
   *
   * @param reserve bytes to leave free on each
   * @param threads that write to each
   * @throws FsException with one line for the operator
   */
  public static Disks open(List<Path> directories, long reserve, int threads) {
    if (directories.isEmpty()) {
      throw new FsException(Errno.EINVAL, "no directory to keep chunks in; name one with --dir");
    }
    List<Disk> disks = new ArrayList<>();
    @Var boolean whole = false;
    try {
      Identity shared = sharedIdentity(directories);
      for (Path directory : directories) {
        Identity own =
            new Identity(shared.clusterId(), shared.node(), shared.token(), UUID.randomUUID());
        disks.add(Disk.open(directory, own, reserve, threads));
      }
      whole = true;
    } finally {
      if (!whole) {
        disks.forEach(Disk::close);
      }
    }
    return new Disks(disks);
  }

  private static Identity sharedIdentity(List<Path> directories) {
    @Var Identity shared = null;
    @Var Path from = null;
    for (Path directory : directories) {
      Optional<Identity> own;
      try {
        own = Identity.read(directory);
      } catch (IOException e) {
        throw new FsException(
            Errno.EACCES, "cannot use directory " + directory + ": " + e.getMessage(), e);
      }
      if (own.isEmpty()) {
        continue;
      }
      if (shared == null || !shared.isRegistered()) {
        shared = own.get();
        from = directory;
      } else if (own.get().isRegistered()
          && !(own.get().clusterId().equals(shared.clusterId())
              && own.get().node().equals(shared.node()))) {
        throw new FsException(
            Errno.EINVAL,
            String.format(
                "directory %s belongs to %s of cluster %s, but %s to %s of cluster %s; a dataserver"
                    + " has the disks of one",
                directory,
                own.get().node(),
                own.get().clusterId(),
                from,
                shared.node(),
                shared.clusterId()));
      }
    }
    return shared == null ? Identity.fresh(UUID.randomUUID().toString()) : shared;
  }

  public Identity identity() {
    return identity;
  }

  /** Keeps what the nameserver has given. */
  public void adopt(String clusterId, NodeId node) throws IOException {
    Identity old = identity;
    for (Disk disk : all) {
      disk.adopt(new Identity(clusterId, node, old.token(), disk.identity().disk()));
    }
    identity = all.get(0).identity();
  }

  /** Of the cluster id, for chunk files. */
  long clusterHash() {
    byte[] id = identity.clusterId().getBytes(StandardCharsets.UTF_8);
    UUID hash = UUID.nameUUIDFromBytes(id);
    return hash.getMostSignificantBits() ^ hash.getLeastSignificantBits();
  }

  List<Disk> all() {
    return all;
  }

  Disk forNewChunk() {
    return all.stream()
        .filter(disk -> !disk.isFailed())
        .max(Comparator.comparingLong(Disk::freeBytes))
        .orElseThrow(
            () -> new FsException(Errno.EIO, "every disk of this server has failed; replace them"));
  }

  Capacity capacity() {
    @Var long capacity = 0;
    @Var long used = 0;
    @Var long free = 0;
    @Var long chunks = 0;
    @Var int failed = 0;
    Set<Object> seen = new HashSet<>();
    for (Disk disk : all) {
      chunks += disk.counters.chunks();
      used += disk.counters.bytes();
      if (disk.isFailed()) {
        failed++;
      } else if (seen.add(disk.filesystem())) {
        capacity += disk.capacityBytes();
        free += disk.freeBytes();
      }
    }
    return new Capacity(capacity, used, free, chunks, failed);
  }

  void tend() {
    for (Disk disk : all) {
      disk.recheck();
      disk.refresh();
      if (disk.isFailed()) {
        continue;
      }
      try {
        disk.counters.write(disk.directory());
      } catch (IOException e) {
        log.debug("cannot write the counters of {}", disk, e);
      }
    }
  }

  @Override
  public void close() {
    all.forEach(Disk::close);
  }
}
