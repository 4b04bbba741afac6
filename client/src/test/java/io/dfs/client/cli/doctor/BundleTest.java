package io.dfs.client.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
  @TempDir Path directory;

  @Test
  void secretsAreLeftOutAndTheRestStays() {
    String text =
        Bundle.withoutSecrets(
            "nameservers = a:1\ntls-key-password = hunter2\nauth_token: abc def\nreplicas = 2\n");
    assertFalse(text.contains("hunter2") || text.contains("abc") || text.contains("def"), text);
    assertTrue(text.contains("nameservers = a:1\n") && text.contains("replicas = 2\n"), text);
    assertTrue(text.contains("tls-key-password = (left out)"), text);
  }

  @Test
  void tarUnpacksTheArchiveAndOnlyItsOwnerMayReadIt() throws Exception {
    Path log = Files.writeString(directory.resolve("mount.1.log"), "x".repeat(700) + "secret=1");
    Bundle bundle = new Bundle();
    bundle.add("doctor.txt", "all is well\n");
    bundle.addLogs(java.util.List.of(directory, directory.resolve("missing")));
    Path archive = directory.resolve("r.tar.gz");
    bundle.write(archive, 1_000_000_000);
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)));
    Process tar =
        new ProcessBuilder("tar", "xzf", archive.toString(), "-C", directory.toString())
            .inheritIO()
            .start();
    assertEquals(0, tar.waitFor());
    Path folder = directory.resolve("dfs-report");
    assertEquals("all is well\n", Files.readString(folder.resolve("doctor.txt")));
    String unpacked = Files.readString(folder.resolve("logs/mount.1.log"));
    assertEquals(Files.readString(log).replace("secret=1", "secret=(left out)"), unpacked);
    assertEquals(
        1_000_000_000_000L, Files.getLastModifiedTime(folder.resolve("doctor.txt")).toMillis());
  }
}
