package io.dfs.packaging;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.packager.rpm.FileFlags;
import org.eclipse.packager.rpm.RpmTag;
import org.eclipse.packager.rpm.RpmVersion;
import org.eclipse.packager.rpm.build.BuilderContext;
import org.eclipse.packager.rpm.build.FileInformation;
import org.eclipse.packager.rpm.build.RpmBuilder;
import org.eclipse.packager.rpm.build.RpmBuilder.PackageInformation;
import org.eclipse.packager.rpm.deps.RpmDependencyFlags;
import org.eclipse.packager.rpm.header.Header;

/** Writes RPM packages. Confined. */
final class RpmWriter {
  private static final String RELEASE = "1";
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  /** Folders that belong to the system's own packages. */
  private static final List<String> SHARED =
      List.of("/etc", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/usr/share/doc");

  private final Path scripts;
  private final Path results;
  private final String version;

  RpmWriter(Path scripts, Path results, String version) {
    this.scripts = scripts;
    this.results = results;
    this.version = version;
  }

  void write(PackageDescription description, String architecture, List<Content> contents)
      throws IOException {
    RpmVersion own = new RpmVersion(version, RELEASE);
    try (RpmBuilder builder = new RpmBuilder(description.name(), own, architecture, results)) {
      builder.setInformation(information(description));
      builder.addProvides(description.name(), own.toString(), RpmDependencyFlags.EQUAL);
      if (!description.name().equals(PackageDescription.COMMON)) {
        builder.addRequirement(PackageDescription.COMMON, own.toString(), RpmDependencyFlags.EQUAL);
      }
      description.rpmRequires().forEach(requirement -> require(builder, requirement));
      BuilderContext context = builder.newContext();
      for (Content content : contents) {
        add(context, description, content);
      }
      scripts(builder, description.name());
      builder.setHeaderCustomizer(this::changeLog);
      builder.build();
    }
  }

  private void changeLog(Header<RpmTag> header) {
    header.putInt(RpmTag.CHANGELOG_TIMESTAMP, (int) TIME.getEpochSecond());
    header.putStringArray(
        RpmTag.CHANGELOG_AUTHOR, DebWriter.MAINTAINER + " - " + version + "-" + RELEASE);
    header.putStringArray(RpmTag.CHANGELOG_TEXT, "- See CHANGELOG.md of dfs.");
  }

  private static PackageInformation information(PackageDescription description) {
    PackageInformation information = new PackageInformation();
    information.setSummary(description.summary());
    information.setDescription(String.join("\n", Paragraph.wrap(description.description())));
    information.setLicense("Apache-2.0");
    information.setGroup("System Environment/Daemons");
    information.setVendor("The dfs authors");
    information.setPackager(DebWriter.MAINTAINER);
    information.setBuildHost("localhost");
    information.setSourcePackage("dfs.src.rpm");
    return information;
  }

  private static void require(RpmBuilder builder, String requirement) {
    String[] parts = requirement.split(" ", -1);
    if (parts.length == 3 && parts[1].equals(">=")) {
      builder.addRequirement(
          parts[0], parts[2], RpmDependencyFlags.GREATER, RpmDependencyFlags.EQUAL);
    } else if (parts.length == 1) {
      builder.addRequirement(requirement, "");
    } else {
      throw new IllegalArgumentException("write name or name >= version, not: " + requirement);
    }
  }

  private static void add(BuilderContext context, PackageDescription description, Content content)
      throws IOException {
    String path = content.path();
    switch (content.kind()) {
      case FOLDER -> {
        // Only those that are dfs's own.
        if (!SHARED.contains(path) && path.contains("dfs")) {
          context.addDirectory(path, info -> mark(info, content, description));
        }
      }
      case LINK ->
          context.addSymbolicLink(path, content.target(), info -> mark(info, content, description));
      case FILE ->
          context.addFile(path, content.staged(), info -> mark(info, content, description));
    }
  }

  private static void mark(FileInformation info, Content content, PackageDescription description) {
    info.setUser("root");
    info.setGroup("root");
    info.setTimestamp(TIME);
    info.setMode((short) content.mode());
    if (description.conffiles().contains(content.path())) {
      info.setFileFlags(EnumSet.of(FileFlags.CONFIGURATION, FileFlags.NOREPLACE));
    } else if (content.path().startsWith("/usr/share/doc/")
        || content.path().startsWith("/usr/share/man/")) {
      info.setFileFlags(EnumSet.of(FileFlags.DOC));
    }
  }

  private void scripts(RpmBuilder builder, String name) throws IOException {
    List<String> pre = Packages.script(scripts, name, "pre");
    List<String> post = Packages.script(scripts, name, "post");
    List<String> preun = Packages.script(scripts, name, "preun");
    List<String> postun = Packages.script(scripts, name, "postun");
    if (!pre.isEmpty()) {
      builder.setPreInstallationScript(String.join("\n", pre));
    }
    if (!post.isEmpty()) {
      builder.setPostInstallationScript(String.join("\n", post));
    }
    if (!preun.isEmpty()) {
      builder.setPreRemoveScript(String.join("\n", preun));
    }
    if (!postun.isEmpty()) {
      builder.setPostRemoveScript(String.join("\n", postun));
    }
  }
}
