package io.dfs.fusemount.engine;

import static io.dfs.fusemount.engine.Program.python;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs get when the Vfs fails, in whichever way. */
final class FaultsTest {

  /** Fails by name. */
  private static final class FaultyVfs extends MemoryVfs {
    @Override
    public CompletableFuture<Attr> lookup(Caller caller, InodeId parent, Name name) {
      return switch (name.toString()) {
        case "throws" -> throw new IllegalStateException("a fault on purpose");
        case "overflows" -> throw new StackOverflowError("a fault on purpose");
        case "fails" -> CompletableFuture.failedFuture(new NullPointerException("on purpose"));
        case "silent" -> new CompletableFuture<>();
        case "unreachable" ->
            CompletableFuture.failedFuture(new FsException(Errno.EHOSTUNREACH, "on purpose"));
        case "full" -> CompletableFuture.failedFuture(new FsException(Errno.EDQUOT, "on purpose"));
        case "null" -> CompletableFuture.completedFuture(null);
        default -> super.lookup(caller, parent, name);
      };
    }

    @Override
    public CompletableFuture<Integer> write(long handle, long offset, ByteBuf data) {
      return offset == 4096 ? new CompletableFuture<>() : super.write(handle, offset, data);
    }
  }

  @ParameterizedTest
  @EnumSource
  void faultsBecomeErrorsAndTheMountGoesOn(TestEngine engine) throws Exception {
    EngineOptions options =
        new EngineOptions(
            "dfs:faulty",
            true,
            Optional.of(Duration.ofSeconds(1)),
            Optional.of(Duration.ofSeconds(1)),
            true,
            false,
            0,
            Duration.ofMillis(500),
            List.of());
    try (MountedVfs mount = new MountedVfs(engine, new FaultyVfs(), options)) {
      String errors =
          python(
              mount.directory(),
              """
              for name in 'throws', 'overflows', 'fails', 'silent', 'unreachable', 'null', 'full':
                  print(name, error_of(os.stat, name))
              fd = os.open('f', os.O_CREAT | os.O_RDWR)
              os.pwrite(fd, b'a' * 4096, 0)
              print('write', error_of(os.pwrite, fd, b'b' * 4096, 4096))
              os.pwrite(fd, b'c' * 4096, 8192)
              print(os.pread(fd, 1, 0), os.pread(fd, 1, 8192))
              """);
      assertEquals(
          """
          throws EIO
          overflows EIO
          fails EIO
          silent EIO
          unreachable EIO
          null EIO
          full EDQUOT
          write EIO
          b'a' b'c'"""
              .strip(),
          errors);
    }
  }
}
