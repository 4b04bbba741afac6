package io.dfs.fusemount.linux;

import static io.dfs.fusemount.engine.Program.python;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.fusemount.engine.EngineContract;
import io.dfs.fusemount.engine.TestEngine;
import org.junit.jupiter.api.Test;

final class LinuxEngineTest extends EngineContract {
  LinuxEngineTest() {
    super(TestEngine.LINUX);
  }

  @Test
  void renamesExchangeOrSpareTheTarget() throws Exception {
    String result =
        python(
            directory(),
            """
            open('a', 'w').write('1')
            open('b', 'w').write('2')
            def rename(a, b, flags):
                return libc.renameat2(-100, a, -100, b, flags) and errno.errorcode[ctypes.get_errno()]
            assert rename(b'a', b'b', 1) == 'EEXIST'
            assert rename(b'a', b'b', 2) == 0
            assert (open('a').read(), open('b').read()) == ('2', '1')
            assert rename(b'a', b'c', 1) == 0 and sorted(os.listdir('.')) == ['b', 'c']
            assert rename(b'b', b'd', 4) == 'EINVAL'
            print('ok')
            """);
    assertEquals("ok", result);
  }

  @Test
  void aRemovedDirectoryThatIsOpenHasAttributesStill() throws Exception {
    String result =
        python(
            directory(),
            """
            os.mkdir('d')
            fd = os.open('d', os.O_RDONLY)
            os.rmdir('d')
            assert os.fstat(fd).st_nlink == 0, os.fstat(fd)
            assert os.listdir(fd) == []
            print('ok')
            """);
    assertEquals("ok", result);
  }
}
