package io.dfs.client.cli.explain;

import io.dfs.common.error.Errno;
import java.util.List;

/** What each error of a program means here. */
final class Errors {
  private Errors() {}

  static Advice on(Errno errno) {
    return switch (errno) {
      case EIO ->
          advice(
              errno,
              causes(
                  "No good copy of the bytes can be reached: all servers that have one are down, or"
                      + " their copies are damaged.",
                  "Nobody answered within the client's deadline.",
                  "A disk of a dataserver failed while something was written."),
              remedies(
                  "dfs explain PATH says which chunk and which servers.",
                  "dfs status and dfs servers: start what is down. Reading goes on by itself.",
                  "dfs fsck names every file that is concerned."));
      case ENOSPC ->
          advice(
              errno,
              causes(
                  "Too few dataservers have room: each copy needs a server of its own, and reserve"
                      + " is left free.",
                  "Servers with room are down, drained or in maintenance."),
              remedies(
                  "dfs df -h and dfs servers: where room is left.",
                  "dfs trash empty gives back what was deleted.",
                  "Add a dataserver, or a directory on another disk to one.",
                  "dfs set --replicas N for what needs fewer copies."));
      case EROFS ->
          advice(
              errno,
              causes("The folder is mounted read-only (ro)."),
              remedies(
                  "mount | grep dfs shows the options; mount it again without ro.",
                  "In /etc/fstab take ro out of the options."));
      case EACCES, EPERM ->
          advice(
              errno,
              causes(
                  "Mode, owner or ACL of the file or of a directory above it do not allow it.",
                  "Another user mounted the folder without allow_other.",
                  "The numbers of users differ between the machines."),
              remedies(
                  "dfs stat PATH shows mode and owner; compare with id on this machine.",
                  "Mount as root, or with -o allow_other."));
      case ESTALE ->
          advice(
              errno,
              causes(
                  "The client was silent for longer than the lease (30 s): its open files and locks"
                      + " are gone.",
                  "The file was replaced, or became shorter, while it was read or copied."),
              remedies(
                  "Open the file again.",
                  "When it comes again and again: dfs doctor on that machine; its network or its"
                      + " load keeps it from answering."));
      case ETIMEDOUT, EHOSTUNREACH, ECONNREFUSED ->
          advice(
              errno,
              causes(
                  "The nameserver or the dataservers are down, or started a moment ago.",
                  "The address is wrong, or a firewall is between."),
              remedies(
                  "dfs doctor tries every port and says which one does not answer.",
                  "Start what is down. What waits goes on by itself until its deadline."));
      case EAGAIN ->
          advice(
              errno,
              causes(
                  "Another holds the lock that was asked for without waiting.",
                  "A server has just started and does not know enough yet."),
              remedies("dfs locks PATH says who holds it.", "Try again in a few seconds."));
      case EBADMSG ->
          advice(
              errno,
              causes("Bytes do not match their checksum: a disk, memory or the network is faulty."),
              remedies(
                  "dfs events names the chunk and the server; it is mended from a good copy.",
                  "dfs scrub shows how often a disk was wrong; replace one that is again and again."));
      case EBUSY ->
          advice(
              errno,
              causes(
                  "The root directory or a mount point cannot be removed or renamed.",
                  "A dataserver still has the only copies of something.",
                  "Another process uses the directory or the port of a server."),
              remedies("The rest of the message says which. dfs servers shows what is drained."));
      case EDEADLK ->
          advice(
              errno,
              causes("Two programs wait for locks that the other one holds."),
              remedies("dfs locks shows them; have both take the locks in the same order."));
      case ENOTEMPTY ->
          advice(
              errno,
              causes("The directory has entries, perhaps some that begin with a dot."),
              remedies("dfs ls -a PATH shows them; dfs rm -r PATH removes all."));
      case ENAMETOOLONG ->
          advice(
              errno,
              causes("A name has more than 255 bytes; letters beyond ASCII take 2 to 4."),
              remedies("Choose a shorter one."));
      case EXDEV ->
          advice(
              errno,
              causes("Source and target are not in the same mounted folder."),
              remedies("Copy and delete, as mv does; or mount the directory above both."));
      case ENOSYS, EOPNOTSUPP ->
          advice(
              errno,
              causes(
                  "The engine of the mount cannot do it, as jnr with O_TMPFILE.",
                  "The server is older than the client."),
              remedies("Mount without --engine jnr.", "dfs doctor compares the versions."));
      case EPROTO ->
          advice(
              errno,
              causes(
                  "Something else than dfs listens at the address, or dataserver and nameserver are"
                      + " mixed up.",
                  "The versions are too far apart."),
              remedies("Check the address.", "dfs doctor compares the versions."));
      case ENOMEM ->
          advice(
              errno,
              causes(
                  "A process has as much in memory as it may, or a session too many open files."),
              remedies(
                  "Give it more: DFS_JAVA_OPTS=-Xmx512m, cache-memory and dirty-buffer.",
                  "dfs sessions shows who has how many files open."));
      case EMLINK ->
          advice(errno, causes("The file has as many names as it may."), remedies("Copy it."));
      case ELOOP ->
          advice(
              errno,
              causes("More than 40 symbolic links: they lead around in a circle."),
              remedies("dfs stat shows each; remove one of them."));
      default ->
          advice(
              errno,
              causes("As on a local disk: " + errno.text() + "."),
              remedies("dfs stat PATH and dfs ls -l show what is there."));
    };
  }

  private static List<String> causes(String... causes) {
    return List.of(causes);
  }

  private static List<String> remedies(String... remedies) {
    return List.of(remedies);
  }

  private static Advice advice(Errno errno, List<String> causes, List<String> remedies) {
    return new Advice(errno.name() + " (" + errno.code() + "): " + errno.text(), causes, remedies);
  }
}
