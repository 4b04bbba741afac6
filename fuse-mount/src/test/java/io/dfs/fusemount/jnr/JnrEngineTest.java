package io.dfs.fusemount.jnr;

import static io.dfs.fusemount.engine.Program.python;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.fusemount.engine.EngineContract;
import io.dfs.fusemount.engine.TestEngine;
import org.junit.jupiter.api.Test;

final class JnrEngineTest extends EngineContract {
  JnrEngineTest() {
    super(TestEngine.JNR);
  }

  @Test
  void renameFlagsAndPreallocationAreRefused() throws Exception {
    String result =
        python(
            directory(),
            """
            open('a', 'w').close()
            open('b', 'w').close()
            for flags, to in ((1, b'c'), (2, b'b')):
                assert libc.renameat2(-100, b'a', -100, to, flags) == -1
                assert ctypes.get_errno() == errno.EINVAL
            fd = os.open('a', os.O_WRONLY)
            assert libc.fallocate(fd, 1, ctypes.c_long(0), ctypes.c_long(100)) == -1
            assert ctypes.get_errno() == errno.EOPNOTSUPP
            print('ok')
            """);
    assertEquals("ok", result);
  }
}
