package io.dfs.fusemount.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.profile.OperationTimes;
import io.dfs.client.profile.Profile;
import io.dfs.client.profile.Snapshot;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import io.dfs.common.metrics.Metrics;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MeasuredVfsTest {
  private final Metrics metrics = new Metrics("dfs_mount");
  private final Profile profile = new Profile();
  private final CompletableFuture<Object> answer = new CompletableFuture<>();

  private Vfs measured(Vfs vfs) {
    return MeasuredVfs.of(vfs, profile, metrics.operations("operation", "test"));
  }

  /** Answers everything with {@link #answer}. */
  private Vfs fake() {
    return (Vfs)
        Proxy.newProxyInstance(
            Vfs.class.getClassLoader(),
            new Class<?>[] {Vfs.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("access")) {
                throw new FsException(Errno.EINVAL, "thrown");
              }
              return method.getReturnType() == CompletableFuture.class
                  ? answer
                  : method.getReturnType() == long.class ? 7L : InodeId.ROOT;
            });
  }

  @Test
  void anOperationCountsUnderItsNameWhenItIsAnswered() {
    var future = measured(fake()).statfs();
    assertSame(answer, future);
    assertTrue(!metrics.scrape().contains("statfs"), metrics.scrape());
    answer.complete(null);
    assertHas("dfs_mount_operation_seconds_count{operation=\"statfs\"} 1");
  }

  @Test
  void aFailureCountsByItsError() {
    var unused = measured(fake()).lookup(Caller.ROOT, InodeId.ROOT, Name.of("a"));
    answer.completeExceptionally(new FsException(Errno.ENOENT, "no a"));
    assertHas("dfs_mount_operation_failures_total{errno=\"ENOENT\",operation=\"lookup\"} 1.0");
    assertHas("dfs_mount_operation_seconds_count{operation=\"lookup\"} 1");
  }

  @Test
  void aProfileCountsWhileItIsWatched() {
    Vfs vfs = MeasuredVfs.of(fake(), profile, null);
    answer.completeExceptionally(new FsException(Errno.ENOENT, "no a"));
    var before = vfs.statfs();
    assertEquals(Snapshot.NONE, profile.snapshot());
    assertTrue(profile.watch(1));
    var counted = vfs.statfs();
    OperationTimes statfs = profile.snapshot().operations().get(0);
    assertEquals("statfs 1 1", statfs.name() + " " + statfs.count() + " " + statfs.errors());
    profile.unwatch();
    var after = vfs.statfs();
    assertEquals(1, profile.snapshot().operations().get(0).count());
    assertSame(answer, before);
    assertSame(counted, after);
  }

  @Test
  void whatIsThrownComesThroughAsItIs() {
    Vfs vfs = measured(fake());
    FsException thrown =
        assertThrows(FsException.class, () -> vfs.access(Caller.ROOT, InodeId.ROOT, 4));
    assertEquals("thrown", thrown.getMessage());
    assertEquals(7, vfs.trustMs());
  }

  private void assertHas(String line) {
    String text = metrics.scrape();
    assertTrue(text.contains(line), () -> line + " is not in\n" + text);
  }
}
