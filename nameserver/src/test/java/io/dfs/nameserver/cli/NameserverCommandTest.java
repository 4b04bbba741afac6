package io.dfs.nameserver.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command refuses before it serves. */
final class NameserverCommandTest {
  @TempDir Path dir;

  private void refused(String content, String why, String... arguments) throws Exception {
    Path config = Files.writeString(dir.resolve("dfs.conf"), content);
    StringWriter said = new StringWriter();
    String[] all = new String[arguments.length + 2];
    all[0] = "--config";
    all[1] = config.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    int exit = new CommandLine(new NameserverCommand()).setErr(new PrintWriter(said)).execute(all);
    assertEquals(
        "dfs nameserver: " + why.replace("FILE", config.toString()), said.toString().strip());
    assertEquals(2, exit);
  }

  @Test
  void aMisspeltKeyIsRefusedWithItsLineAndTheNearestName() throws Exception {
    refused(
        "[dataserver]\nanything = 1\n\n[nameserver]\nlisten = 127.0.0.1:0\nlaese = 3 s\n",
        "FILE:6: laese = 3 s: unknown key in [nameserver]; did you mean lease?");
  }

  @Test
  void aMisspeltSectionIsRefusedEvenIfItIsMeantForAnother() throws Exception {
    refused(
        "[nameserver]\nlisten = 127.0.0.1:0\n[cleint]\n",
        "FILE:3: [cleint]: unknown section; did you mean [client]?");
  }

  @Test
  void aMisspeltOptionIsRefused() throws Exception {
    refused(
        "",
        "option nameserver.cahce=9 MiB: unknown key in [nameserver]; did you mean cache?",
        "--set",
        "nameserver.cahce=9 MiB");
  }
}
