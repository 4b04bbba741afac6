package io.dfs.packaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.vafer.jdeb.Console;
import org.vafer.jdeb.DataProducer;
import org.vafer.jdeb.DebMaker;
import org.vafer.jdeb.PackagingException;
import org.vafer.jdeb.mapping.Mapper;
import org.vafer.jdeb.mapping.PermMapper;
import org.vafer.jdeb.producers.DataProducerFile;
import org.vafer.jdeb.producers.DataProducerLink;
import org.vafer.jdeb.producers.DataProducerPathTemplate;

/** Writes Debian packages. Confined. */
final class DebWriter {
  static final String MAINTAINER = "The dfs authors <dfs@example.org>";
  private static final List<String> SCRIPTS = List.of("preinst", "postinst", "prerm", "postrm");
  private static final long TIME_MS = 1_767_225_600_000L;

  private final Path scripts;
  private final Path results;
  private final String version;

  DebWriter(Path scripts, Path results, String version) {
    this.scripts = scripts;
    this.results = results;
    this.version = version;
  }

  void write(PackageDescription description, String architecture, List<Content> contents)
      throws IOException, PackagingException {
    Path control = Files.createTempDirectory("dfs-deb");
    Path extra = Files.createTempDirectory("dfs-deb");
    try {
      List<DataProducer> data = new ArrayList<>();
      contents.forEach(content -> data.add(producer(content)));
      data.addAll(documents(description, extra));
      Files.writeString(control.resolve("control"), control(description, architecture, contents));
      for (String kind : SCRIPTS) {
        List<String> lines = Packages.script(scripts, description.name(), kind);
        if (!lines.isEmpty()) {
          Files.write(control.resolve(kind), lines);
        }
      }
      List<String> triggers = Packages.script(scripts, description.name(), "triggers");
      if (!triggers.isEmpty()) {
        Files.write(control.resolve("triggers"), triggers);
      }
      List<DataProducer> conffiles =
          contents.stream()
              .filter(content -> description.conffiles().contains(content.path()))
              .map(DebWriter::producer)
              .toList();
      DebMaker maker = new DebMaker(new Quiet(), data, conffiles);
      maker.setControl(control.toFile());
      maker.setDeb(
          results
              .resolve(description.name() + "_" + version + "_" + architecture + ".deb")
              .toFile());
      maker.setCompression("xz");
      maker.setOutputTimestampMs(TIME_MS);
      maker.makeDeb();
    } finally {
      delete(control);
      delete(extra);
    }
  }

  private static DataProducer producer(Content content) {
    int mode = content.mode();
    Mapper[] mode0 = {new PermMapper(0, 0, "root", "root", mode, mode, 0, null)};
    return switch (content.kind()) {
      case FILE ->
          new DataProducerFile(content.staged().toFile(), content.path(), null, null, mode0);
      case FOLDER -> new DataProducerPathTemplate(new String[] {content.path()}, null, null, mode0);
      case LINK -> new DataProducerLink(content.path(), content.target(), true, null, null, mode0);
    };
  }

  /** Every package has a change log and a copyright; those of dfs-common serve for all. */
  private List<DataProducer> documents(PackageDescription description, Path scratch)
      throws IOException {
    Path folder = Path.of("/usr/share/doc", description.name());
    if (!description.name().equals(PackageDescription.COMMON)) {
      return List.of(
          producer(
              new Content(
                  folder.toString(), scratch, Content.Kind.LINK, 0777, PackageDescription.COMMON)));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out =
        new GZIPOutputStream(bytes) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      out.write(changeLog().getBytes(StandardCharsets.UTF_8));
    }
    Path log = Files.write(scratch.resolve("changelog.gz"), bytes.toByteArray());
    return List.of(
        producer(
            new Content(
                folder.resolve("changelog.gz").toString(), log, Content.Kind.FILE, 0644, "")));
  }

  private String changeLog() {
    return "dfs ("
        + version
        + ") unstable; urgency=medium\n\n  * See CHANGELOG.md of dfs.\n\n -- "
        + MAINTAINER
        + "  Thu, 01 Jan 2026 00:00:00 +0000\n";
  }

  private String control(PackageDescription d, String architecture, List<Content> contents)
      throws IOException {
    long bytes = 0;
    for (Content content : contents) {
      bytes += content.kind() == Content.Kind.FILE ? Files.size(content.staged()) : 0;
    }
    List<String> depends = new ArrayList<>(d.debDepends());
    if (!d.name().equals(PackageDescription.COMMON)) {
      depends.add(0, PackageDescription.COMMON + " (= " + version + ")");
    }
    StringBuilder control = new StringBuilder();
    field(control, "Package", d.name());
    field(control, "Source", "dfs");
    field(control, "Version", version);
    field(control, "Section", "net");
    field(control, "Priority", "optional");
    field(control, "Architecture", architecture);
    field(control, "Maintainer", MAINTAINER);
    field(control, "Installed-Size", Long.toString((bytes + 1023) / 1024));
    field(control, "Depends", String.join(", ", depends));
    if (!d.debRecommends().isEmpty()) {
      field(control, "Recommends", String.join(", ", d.debRecommends()));
    }
    field(
        control,
        "Description",
        d.summary() + "\n " + String.join("\n ", Paragraph.wrap(d.description())));
    return control.toString();
  }

  private static void field(StringBuilder control, String name, String value) {
    control.append(name).append(": ").append(value).append('\n');
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** What jdeb says, but for warnings. */
  private static final class Quiet implements Console {
    @Override
    public void debug(String message) {}

    @Override
    public void info(String message) {}

    @Override
    public void warn(String message) {
      System.err.println("jdeb: " + message);
    }
  }
}
