package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large and sparse files. */
class BigFileIT {
  @TempDir Path local;

  /**
   * Writes the same to a local file and compares every byte after every step, with cold kernel
   * caches, on both mounts.
   */
  @Test
  void threeGibibytesStayRightThroughOverwritingTruncatingAndExtending() {
    Path dir = SharedCluster.newDirectory("big");
    Path other = SharedCluster.otherMount().path("big");
    String make =
        "openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000 -in /dev/zero 2>/dev/null | head -c 3221225472 || true";
    Shell.run(local, "(" + make + ") > want");
    Shell.run(dir, "dd if='" + local.resolve("want") + "' of=f bs=1M status=none");
    assertSame(other);
    for (Path at : new Path[] {local.resolve("want"), dir.resolve("f")}) {
      Shell.run(
          local,
          "head -c 150000001 /dev/zero | tr '\\0' x | dd of='"
              + at
              + "' bs=1M seek=1234567891 oflag=seek_bytes conv=notrunc iflag=fullblock status=none");
    }
    assertSame(dir);
    for (Path at : new Path[] {local.resolve("want"), dir.resolve("f")}) {
      Shell.run(local, "truncate -s 2100000011 '" + at + "'");
    }
    assertSame(other);
    for (Path at : new Path[] {local.resolve("want"), dir.resolve("f")}) {
      Shell.run(local, "truncate -s 2400000000 '" + at + "'; printf end >> '" + at + "'");
    }
    assertSame(dir);
    Shell.run(dir, "rm f");
  }

  private void assertSame(Path at) {
    Shell.run(at, "sync; echo 3 > /proc/sys/vm/drop_caches 2>/dev/null || true");
    Shell.run(at, "cmp '" + local.resolve("want") + "' f");
  }

  @Test
  void holesTakeNoChunksAndReadAsZeros() {
    Path dir = SharedCluster.newDirectory("sparse");
    Shell.run(
        dir,
        "truncate -s 1T f; printf begin | dd of=f conv=notrunc status=none;"
            + " printf middle | dd of=f bs=1 seek=549755813888 conv=notrunc status=none; printf end >> f");
    assertEquals("1099511627779\n", Shell.run(dir, "stat -c %s f"));
    long allocated = Long.parseLong(Shell.run(dir, "echo $(($(stat -c %b f) * 512))").strip());
    assertTrue(allocated < 1 << 20, () -> allocated + " bytes allocated");
    assertEquals("begin\0\0\0", Shell.run(dir, "head -c 8 f"));
    assertEquals(
        "\0middle\0",
        Shell.run(
            dir,
            "dd if=f iflag=skip_bytes,count_bytes skip=549755813887 count=8 bs=64k status=none"));
    assertEquals("\0end", Shell.run(dir, "tail -c 4 f"));
    assertEquals(
        "0\n",
        Shell.run(dir, "dd if=f bs=1M skip=300000 count=256 status=none | tr -d '\\0' | wc -c"));
    String layout = SharedCluster.cluster().dfs("layout", "--json", "/sparse/f").out();
    assertTrue(layout.length() < 4000, layout);
    Shell.run(dir, "rm f");
  }

  @Test
  void offsetsAtTheLimitsWorkOrAreRefused() {
    Path dir = SharedCluster.newDirectory("limits");
    String python =
        String.join(
            "\n",
            "import os, errno",
            "fd = os.open('f', os.O_CREAT | os.O_RDWR)",
            "top = 2**63 - 1",
            "os.pwrite(fd, b'x', top - 4097)",
            "assert os.fstat(fd).st_size == top - 4096, os.fstat(fd).st_size",
            "assert os.pread(fd, 10, top - 4097) == b'x'",
            "assert os.pread(fd, 10, top - 5000) == bytes(10)",
            "os.fsync(fd)",
            "try:",
            "  os.pwrite(fd, b'xy', top)",
            "  raise SystemExit('wrote past the limit')",
            "except OSError as e:",
            "  assert e.errno in (errno.EFBIG, errno.EINVAL), e",
            "os.ftruncate(fd, 0)",
            "assert os.fstat(fd).st_size == 0");
    Shell.run(dir, "python3 - <<'EOF'\n" + python + "\nEOF");
  }
}
