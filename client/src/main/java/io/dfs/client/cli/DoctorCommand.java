package io.dfs.client.cli;

import io.dfs.client.ClientConfig;
import io.dfs.client.api.Dfs;
import io.dfs.client.cli.doctor.Bundle;
import io.dfs.client.cli.doctor.ClusterCheck;
import io.dfs.client.cli.doctor.Finding;
import io.dfs.client.cli.doctor.Finding.Level;
import io.dfs.client.cli.doctor.MachineCheck;
import io.dfs.client.cli.doctor.MountCheck;
import io.dfs.common.config.ConfigException;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Check this machine, its mounts, the configuration and the cluster, and say what to do.",
      "Changes nothing, and works when no cluster can be reached."
    },
    footer = {"", "Exit status: 0 when there is no ERROR, 1 when there is one, 2 for wrong usage."})
final class DoctorCommand implements Callable<Integer> {
  /** Those who wait for the doctor have waited enough. */
  private static final String DEADLINE = "deadline=10 s";

  private static final int EVENTS = 1000;

  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions.Usual cluster = new ClusterOptions.Usual();

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  @Option(
      names = "--bundle",
      paramLabel = "FILE.tar.gz",
      description = {
        "Collect all that a report of a bug needs in an archive: what was found, configuration,"
            + " status, events, versions and the ends of the logs of this machine.",
        "Passwords, keys and tokens are left out; names of files may be in the logs: look into it"
            + " before you send it."
      })
  private @Nullable Path archive;

  private final List<Finding> findings = new ArrayList<>();
  private final Bundle bundle = new Bundle();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean live = !json;
    PrintWriter shown = live ? out : new PrintWriter(new StringWriter());
    new MachineCheck(Path.of("/"), finding -> add(finding, shown)).look();
    new MountCheck(finding -> add(finding, shown)).look();
    ClientConfig config = configuration(shown);
    if (config != null) {
      lookAtCluster(config, shown);
    }
    if (json) {
      Json.print(out, findings.stream().map(DoctorCommand::object).toList());
    }
    if (archive != null) {
      writeBundle(archive);
      spec.commandLine().getErr().println("wrote " + archive + "; look into it before you send it");
    }
    out.flush();
    return findings.stream().anyMatch(f -> f.level() == Level.ERROR) ? 1 : 0;
  }

  private void add(Finding finding, PrintWriter out) {
    findings.add(finding);
    out.println(line(finding));
    out.flush(); // some take seconds
  }

  private static String line(Finding f) {
    String line = String.format("%-5s %s: %s", f.level(), Show.name(f.subject()), f.text());
    return f.action().isEmpty() ? line : line + "\n        to do: " + f.action();
  }

  private @Nullable ClientConfig configuration(PrintWriter out) {
    Path file = cluster.file();
    String where = file == null ? "no file; the defaults hold" : file + " is valid";
    try {
      ClientConfig config = cluster.read();
      add(ClusterCheck.usable(config, where), out);
      return config;
    } catch (ConfigException e) {
      add(
          new Finding(
              Level.ERROR, "configuration", String.valueOf(e.getMessage()), "mend that line"),
          out);
      return null;
    }
  }

  private void lookAtCluster(ClientConfig config, PrintWriter out) {
    ClusterCheck check =
        new ClusterCheck(VersionCommand.Version.number(), finding -> add(finding, out));
    if (!check.nameservers(config.nameservers())) {
      return;
    }
    try (Dfs dfs = Dfs.open(quick(config))) {
      check.look(dfs);
      if (archive != null) {
        collect(dfs);
      }
    } catch (FsException e) {
      check.unreachable(e);
    }
  }

  private static ClientConfig quick(ClientConfig config) {
    List<String> settings = new ArrayList<>();
    settings.add(DEADLINE);
    settings.add(
        "nameservers="
            + String.join(",", config.nameservers().stream().map(Object::toString).toList()));
    return ClientConfig.with(settings.toArray(String[]::new));
  }

  private void collect(Dfs dfs) {
    bundle.add("status.txt", dfs.status().toString().replace(", ", ",\n  ") + "\n");
    StringBuilder events = new StringBuilder();
    // The last ones: numbers rise by one.
    long after = 0;
    List<io.dfs.common.message.Event> page = dfs.events(after, EVENTS);
    while (page.size() == EVENTS) {
      events.setLength(0);
      page.forEach(event -> events.append(event).append('\n'));
      after = page.get(EVENTS - 1).sequence();
      page = dfs.events(after, EVENTS);
    }
    page.forEach(event -> events.append(event).append('\n'));
    bundle.add("events.txt", events.toString());
    bundle.add("groups.txt", dfs.groups().toString().replace(", Group[", ",\nGroup[") + "\n");
  }

  private void writeBundle(Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    findings.forEach(finding -> text.append(line(finding)).append('\n'));
    bundle.add("doctor.txt", text.toString());
    StringWriter objects = new StringWriter();
    Json.print(
        new PrintWriter(objects, true), findings.stream().map(DoctorCommand::object).toList());
    bundle.add("doctor.json", objects.toString());
    bundle.add("version.txt", VersionCommand.Version.line() + "\n");
    Path configuration = cluster.file();
    if (configuration != null) {
      bundle.addFile("dfs.conf", configuration);
    }
    bundle.addMachine();
    String home = System.getProperty("user.home", "/");
    String state = System.getenv().getOrDefault("XDG_STATE_HOME", home + "/.local/state");
    bundle.addLogs(List.of(Path.of("/var/log/dfs"), Path.of(state, "dfs")));
    bundle.write(file, Instant.now().getEpochSecond());
  }

  private static Map<String, Object> object(Finding f) {
    return Json.object(
        "level", f.level(), "subject", f.subject(), "text", f.text(), "action", f.action());
  }
}
