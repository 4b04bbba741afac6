package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.Response;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Memory stays within its bounds, idle and with a directory of a million files. */
class MemoryIT {
  private static final int FILES = 1_000_000;

  /** One has too few requests under way to keep the nameserver busy while its log is synced. */
  private static final int SESSIONS = 8;

  @Test
  void idleProcessesAreSmallAndAMillionFilesInADirectoryDoNotChangeThat() throws Exception {
    try (Cluster cluster = Cluster.start()) {
      Mount mount = cluster.mount();
      Shell.run(mount.path(), "mkdir d && echo x > f && cat f && ls -l");
      assertUnder(300, "nameserver", cluster.nameserver().residentKiB());
      cluster.dataservers().forEach(d -> assertUnder(200, "dataserver", d.residentKiB()));
      assertUnder(300, "mount", mount.daemon().residentKiB());

      createMany(cluster);
      assertEquals(
          FILES + "\n",
          Shell.run(mount.path("d"), "ls -f -1 -A | grep -vxF -e . -e .. | sort -u | wc -l"));
      assertEquals("2\n", Shell.run(mount.path("d"), "ls -d file-0 file-999999 | wc -l"));
      assertUnder(400, "nameserver with a million files", cluster.nameserver().residentKiB());
      assertUnder(350, "mount after listing a million files", mount.daemon().residentKiB());
    }
  }

  private static void assertUnder(int mib, String what, long kib) {
    assertTrue(
        kib > 0 && kib < (long) mib << 10,
        () -> what + " takes " + kib / 1024 + " MiB, not under " + mib);
  }

  /** As programs with many requests under way would. */
  private static void createMany(Cluster cluster) throws Exception {
    try (Connection connection = cluster.connect(cluster.address())) {
      List<Reply.SessionOpened> sessions = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        sessions.add(
            connection
                .call(new Query.OpenSession(SessionId.NONE, "test"), null, 20_000)
                .get()
                .as(Reply.SessionOpened.class));
      }
      InodeId directory =
          connection
              .call(new Query.Lookup(Caller.ROOT, InodeId.ROOT, Name.of("d")), null, 20_000)
              .get()
              .as(Reply.Node.class)
              .attr()
              .inode();
      int atOnce = SESSIONS * sessions.get(0).slots();
      List<CompletableFuture<Response>> underWay = new ArrayList<>();
      for (int i = 0; i < FILES; i++) {
        int at = i % atOnce;
        if (i >= atOnce) {
          underWay.get(at).get().payload().release();
        }
        RequestId request =
            new RequestId(sessions.get(at % SESSIONS).session(), at / SESSIONS, i / atOnce + 1);
        CompletableFuture<Response> call =
            connection.call(
                new Mutation.Create(
                    request, Caller.ROOT, directory, Name.of("file-" + i), 0644, true, false),
                null,
                60_000);
        if (i < atOnce) {
          underWay.add(call);
        } else {
          underWay.set(at, call);
        }
      }
      for (CompletableFuture<Response> last : underWay) {
        last.get().payload().release();
      }
      for (Reply.SessionOpened session : sessions) {
        connection.call(new Query.CloseSession(session.session()), null, 20_000).get();
      }
    }
  }
}
