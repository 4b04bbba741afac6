package io.dfs.nameserver.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.NetThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log of a whole nameserver. */
class AuditTest {
  private static final InodeId ROOT = InodeId.ROOT;
  private static final Caller ANN = new Caller(100, 101, new int[0], false);

  @TempDir Path dir;
  private final NetThreads threads = new NetThreads("test", 1);
  private Nameserver server;
  private TestClient client;

  private Path log() {
    return dir.resolve("audit.log");
  }

  private void start(String... settings) {
    List<String> all = new ArrayList<>(List.of("dir=" + dir.resolve("ns"), "listen=127.0.0.1:0"));
    all.addAll(List.of(settings));
    server = Nameserver.start(ConfigFile.empty().read(NameserverConfig.class, all), "test");
    client = new TestClient(threads, server.address());
  }

  private void stop() {
    if (server != null) {
      client.close();
      server.close();
      server = null;
    }
  }

  @AfterEach
  void end() {
    stop();
    threads.close();
  }

  private InodeId mkdir(Caller caller, InodeId parent, String name) {
    return client
        .call(
            new Mutation.Mkdir(client.next(), caller, parent, Name.of(name), 0775, 022),
            Reply.Node.class)
        .attr()
        .inode();
  }

  /** The lines, written all. */
  private List<JsonNode> lines() throws IOException {
    stop();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(log())) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void aLineSaysWhoDidWhatToWhichPathAndWhatCameOfIt() throws Exception {
    start("audit-log=" + log());
    InodeId folder = mkdir(Caller.ROOT, ROOT, "a");
    mkdir(Caller.ROOT, folder, "b");
    assertThrows(CompletionException.class, () -> mkdir(ANN, folder, "c"));
    Reply.Opened file = client.create(folder, "file");
    client.call(
        new Mutation.SetAttr(
            client.next(),
            Caller.ROOT,
            file.attr().inode(),
            0600,
            null,
            null,
            null,
            null,
            null,
            false,
            false),
        Reply.Node.class);
    client.call(
        new Mutation.Rename(
            client.next(), Caller.ROOT, folder, Name.of("b"), ROOT, Name.of("moved"), 0),
        Reply.Renamed.class);
    client.call(new Query.GetAttr(folder), Reply.Node.class);

    List<JsonNode> lines = lines();
    assertEquals(
        List.of("Mkdir", "Mkdir", "Mkdir", "Create", "SetAttr", "Rename"),
        lines.stream().map(line -> line.get("op").asText()).toList());
    JsonNode made = lines.get(1);
    assertEquals("/a/b", made.get("path").asText());
    assertEquals("ok", made.get("result").asText());
    assertEquals("0755", made.get("mode").asText());
    assertEquals("test", made.get("client").asText());
    assertTrue(made.get("address").asText().startsWith("127.0.0.1:"), made::toString);
    JsonNode refused = lines.get(2);
    assertEquals("EACCES", refused.get("result").asText());
    assertEquals(100, refused.get("uid").asInt());
    assertEquals("/a/c", refused.get("path").asText());
    assertNull(refused.get("inode"));
    JsonNode changed = lines.get(4);
    assertEquals("/a/file", changed.get("path").asText());
    assertEquals("0600", changed.get("mode").asText());
    assertEquals("/moved", lines.get(5).get("to").asText());
  }

  @Test
  void withoutTheSettingThereIsNone() throws Exception {
    start();
    mkdir(Caller.ROOT, ROOT, "a");
    stop();
    assertTrue(!Files.exists(log()));
  }

  @Test
  void aLogThatCannotBeWrittenStopsNobodyAndTheGapIsTold() throws Exception {
    Files.createDirectory(log());
    start("audit-log=" + log());
    for (int i = 0; i < 20; i++) {
      mkdir(Caller.ROOT, ROOT, "lost" + i);
    }
    Files.delete(log());
    mkdir(Caller.ROOT, ROOT, "kept");

    List<JsonNode> lines = lines();
    assertEquals(20, lines.get(0).get("lost").asInt() + lines.size() - 2);
    assertTrue(lines.get(0).get("lost").asInt() > 0);
    assertEquals("/kept", lines.get(lines.size() - 1).get("path").asText());
  }
}
