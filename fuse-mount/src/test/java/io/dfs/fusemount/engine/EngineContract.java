package io.dfs.fusemount.engine;

import static io.dfs.fusemount.engine.Program.python;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What holds for every engine, shown by system calls on a mount of a {@link MemoryVfs}. One mount
 * for all tests; each works in a directory of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EngineContract {
  private final MemoryVfs vfs = new MemoryVfs();
  private final TestEngine engine;
  private MountedVfs mount;
  private Path directory;
  private int tests;

  protected EngineContract(TestEngine engine) {
    this.engine = engine;
  }

  protected final Path directory() {
    return directory;
  }

  @BeforeAll
  final void mount() throws Exception {
    mount = new MountedVfs(engine, vfs, MemoryMount.options("dev", "suid"));
  }

  @AfterAll
  final void unmount() throws Exception {
    mount.close();
    assertEquals(0, vfs.openHandles(), "every handle is released");
  }

  @BeforeEach
  final void makeDirectory() throws Exception {
    String name = "t" + ++tests;
    python(mount.directory(), "os.mkdir('" + name + "')");
    directory = mount.directory().resolve(name);
  }

  @Test
  final void namesAreBytesInEveryPlaceThatTakesOne() throws Exception {
    String names =
        python(
            directory,
            """
            name = bytes(b for b in range(1, 256) if b != ord('/'))
            open(name, 'wb').write(b'content')
            os.symlink(name, b'link')
            os.mkdir(b'\\xff\\n dir')
            os.rename(name, b'\\xff\\n dir/' + name)
            os.setxattr(b'link', b'trusted.\\x80\\xff\\n x', b'v', follow_symlinks=False)
            assert os.listdir(b'\\xff\\n dir') == [name]
            assert sorted(os.listdir(b'.')) == [b'link', b'\\xff\\n dir']
            assert os.readlink(b'link') == name
            assert open(b'\\xff\\n dir/' + name, 'rb').read() == b'content'
            names = libc.llistxattr(b'link', None, 0)
            buffer = ctypes.create_string_buffer(names)
            libc.llistxattr(b'link', buffer, names)
            assert buffer.raw == b'trusted.\\x80\\xff\\n x\\0', buffer.raw
            print('ok')
            """);
    assertEquals("ok", names);
  }

  @Test
  final void anUnlinkedOpenFileLivesOnWithoutANameAndLeavesNothing() throws Exception {
    int before = vfs.inodeCount();
    String result =
        python(
            directory,
            """
            f = open('f', 'wb+', buffering=0)
            os.unlink('f')
            assert os.listdir('.') == []
            f.write(b'still here')
            os.fchmod(f.fileno(), 0o600)
            os.ftruncate(f.fileno(), 5)
            os.utime(f.fileno(), (1, 2))
            s = os.fstat(f.fileno())
            assert (s.st_nlink, s.st_size, s.st_mode & 0o777, s.st_mtime) == (0, 5, 0o600, 2), s
            assert os.pread(f.fileno(), 100, 0) == b'still'
            again = open('/proc/self/fd/%d' % f.fileno(), 'rb')
            assert again.read() == b'still'
            os.mkdir('../gone')
            os.rmdir('../gone')
            os.rename(d, d + b'moved')
            assert os.fstat(f.fileno()).st_nlink == 0
            os.rmdir(d + b'moved')
            os.mkdir(d)
            print('ok')
            """);
    assertEquals("ok", result);
    awaitInodes(before);
  }

  @Test
  final void aRenameOverAnOpenFileReplacesItAtomically() throws Exception {
    int before = vfs.inodeCount();
    String result =
        python(
            directory,
            """
            open('target', 'w').write('old')
            old = open('target')
            open('source', 'w').write('new')
            pid = os.fork()
            if pid == 0:
                for i in range(300):
                    os.stat('target')
                os._exit(0)
            for i in range(100):
                open('source', 'w').write('new')
                os.rename('source', 'target')
                keep = open('target')
            assert os.waitpid(pid, 0)[1] == 0, 'target was missing for a moment'
            assert old.read() == 'old' and os.fstat(old.fileno()).st_nlink == 0
            assert os.listdir('.') == ['target']
            os.unlink('target')
            print('ok')
            """);
    assertEquals("ok", result);
    awaitInodes(before);
  }

  /** The kernel sends a release after close(2) has returned. */
  private void awaitInodes(int count) throws Exception {
    for (int i = 0; i < 500 && vfs.inodeCount() != count; i++) {
      Thread.sleep(10);
    }
    assertEquals(count, vfs.inodeCount());
  }

  @Test
  final void sparseFilesReachPastFourTebibytes() throws Exception {
    String result =
        python(
            directory,
            """
            fd = os.open('f', os.O_CREAT | os.O_RDWR)
            os.pwrite(fd, b'far', 5 << 40)
            os.pwrite(fd, b'mid', (1 << 32) - 1)
            assert os.pread(fd, 10, 5 << 40) == b'far'
            assert os.pread(fd, 5, (1 << 32) - 2) == b'\\0mid\\0'
            s = os.fstat(fd)
            assert s.st_size == (5 << 40) + 3 and s.st_blocks == 24, s
            os.ftruncate(fd, (1 << 32) + 1)
            assert os.pread(fd, 10, (1 << 32) - 1) == b'mi'
            print('ok')
            """);
    assertEquals("ok", result);
  }

  @Test
  final void timesKeepNanosecondsBefore1970AndAfter2038() throws Exception {
    String result =
        python(
            directory,
            """
            open('f', 'w').close()
            early, late = -5000000000 * 10**9 + 123456789, 10000000000 * 10**9 + 987654321
            os.utime('f', ns=(early, late))
            s = os.stat('f')
            assert (s.st_atime_ns, s.st_mtime_ns) == (early, late), s
            NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2
            def utimens(a, m):
                t = struct.pack('qqqq', *a, *m)
                assert libc.utimensat(-100, b'f', t, 0) == 0
            utimens((7, 5), (0, OMIT))
            s = os.stat('f')
            assert (s.st_atime_ns, s.st_mtime_ns) == (7 * 10**9 + 5, late), s
            utimens((0, OMIT), (0, NOW))
            s = os.stat('f')
            assert s.st_atime_ns == 7 * 10**9 + 5 and abs(s.st_mtime - time.time()) < 60, s
            print('ok')
            """);
    assertEquals("ok", result);
  }

  @Test
  final void attributeSizesAreProbedAndChecked() throws Exception {
    String result =
        python(
            directory,
            """
            open('f', 'w').close()
            big = os.urandom(60000)
            os.setxattr('f', 'user.big', big)
            os.setxattr('f', 'user.empty', b'')
            assert libc.getxattr(b'f', b'user.big', None, 0) == 60000
            small = ctypes.create_string_buffer(10)
            assert libc.getxattr(b'f', b'user.big', small, 10) == -1
            assert ctypes.get_errno() == errno.ERANGE
            assert os.getxattr('f', 'user.big') == big and os.getxattr('f', 'user.empty') == b''
            assert sorted(os.listxattr('f')) == ['user.big', 'user.empty']
            assert libc.listxattr(b'f', small, 10) == -1 and ctypes.get_errno() == errno.ERANGE
            assert error_of(os.setxattr, 'f', 'user.big', b'', os.XATTR_CREATE) == 'EEXIST'
            assert error_of(os.setxattr, 'f', 'user.none', b'', os.XATTR_REPLACE) == 'ENODATA'
            os.removexattr('f', 'user.big')
            assert error_of(os.getxattr, 'f', 'user.big') == 'ENODATA'
            assert error_of(os.getxattr, 'f', 'system.posix_acl_access') in ('EOPNOTSUPP', 'ENOTSUP', 'ENODATA')
            print('ok')
            """);
    assertEquals("ok", result);
  }

  @Test
  final void locksHoldBetweenProcessesAndASignalEndsTheWait() throws Exception {
    String result =
        python(
            directory,
            """
            f = open('f', 'wb+')
            fcntl.lockf(f, fcntl.LOCK_EX, 100, 50)
            r, w = os.pipe()
            pid = os.fork()
            if pid == 0:
                g = open('f', 'rb+')
                lock = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)
                kind, _, start, length, holder = struct.unpack('hhqqi4x', fcntl.fcntl(g, fcntl.F_GETLK, lock))
                assert (kind, start, length, holder) == (fcntl.F_WRLCK, 50, 100, os.getppid())
                assert error_of(fcntl.lockf, g, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 149) == 'EAGAIN'
                fcntl.lockf(g, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 150)
                class Alarm(Exception): pass
                def ring(*a): raise Alarm()
                signal.signal(signal.SIGALRM, ring)
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.2)
                    fcntl.lockf(g, fcntl.LOCK_EX, 1, 60)
                    os._exit(2)
                except Alarm:
                    pass
                os.write(1, b'interrupted ')
                os.write(w, b'1')
                fcntl.lockf(g, fcntl.LOCK_EX, 1, 60)
                os.write(1, b'locked ')
                fcntl.flock(g, fcntl.LOCK_SH)
                os.write(1, b'flocked ')
                os._exit(0)
            os.close(w)
            assert os.read(r, 1) == b'1'
            fcntl.lockf(f, fcntl.LOCK_UN)
            assert os.waitpid(pid, 0)[1] == 0
            a, b = open('f'), open('f')
            fcntl.flock(a, fcntl.LOCK_EX)
            assert error_of(fcntl.flock, b, fcntl.LOCK_SH | fcntl.LOCK_NB) == 'EAGAIN'
            a.close()
            fcntl.flock(b, fcntl.LOCK_SH)
            print('ok')
            """);
    assertEquals("interrupted locked flocked ok", result);
  }

  @Test
  final void mappedAppendedAndTruncatedFilesHoldWhatWasWritten() throws Exception {
    String result =
        python(
            directory,
            """
            fd = os.open('f', os.O_CREAT | os.O_RDWR | os.O_APPEND)
            os.write(fd, b'a' * 10000)
            m = mmap.mmap(fd, 10000)
            m[5000:5003] = b'map'
            m.flush()
            os.write(fd, b'end')
            m.close()
            other = os.open('f', os.O_WRONLY | os.O_APPEND)
            os.write(other, b'!')
            content = open('f', 'rb').read()
            assert content == b'a' * 5000 + b'map' + b'a' * 4997 + b'end!', len(content)
            fcntl.fcntl(fd, fcntl.F_SETFL, 0)
            os.pwrite(fd, b'zero', 0)
            assert os.stat('f').st_size == 10004
            os.truncate('f', 4)
            assert open('f', 'rb').read() == b'zero'
            open('f', 'wb').close()
            assert os.stat('f').st_size == 0
            print('ok')
            """);
    assertEquals("ok", result);
  }

  @Test
  final void aNewHardLinkShowsAtOnceInTheOtherName() throws Exception {
    String result =
        python(
            directory,
            """
            open('a', 'w').close()
            assert os.stat('a').st_nlink == 1
            os.link('a', 'b')
            assert os.stat('a').st_nlink == 2 and os.stat('b').st_ino == os.stat('a').st_ino
            os.unlink('b')
            assert os.stat('a').st_nlink == 1
            print('ok')
            """);
    assertEquals("ok", result);
  }

  @Test
  final void anOpenSeesAtOnceWhatAnotherClientClosed() throws Exception {
    String name = "shared" + tests;
    Process reader =
        Program.start(
            java.util.List.of(
                "python3",
                "-c",
                """
                import os, sys
                os.chdir(sys.argv[1])
                for line in sys.stdin:
                    with open(sys.argv[2], 'rb') as f:
                        print(os.fstat(f.fileno()).st_size, f.read().decode(), flush=True)
                """,
                mount.directory().toString(),
                name));
    python(mount.directory(), "open('" + name + "', 'w').write('first')");
    try (var in = reader.inputReader();
        var out = reader.outputWriter()) {
      for (String content : new String[] {"a longer second", "3rd", "3rd", "", "fifth"}) {
        vfs.replaceContent(name, content.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        out.write("\n");
        out.flush();
        assertEquals(content.length() + " " + content, in.readLine());
      }
    }
    reader.waitFor();
    assertTrue(vfs.names().stream().anyMatch(n -> n.toString().equals(name)));
  }
}
