package io.dfs.common.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigFileTest {
  @TempDir Path folder;

  @Section("other")
  record OtherConfig(@Setting(value = "1", doc = "Some number.") int number) {}

  @Test
  void withoutAFileEverySettingIsItsDefault() {
    assertEquals(
        new SampleConfig(
            new HostPort("0.0.0.0", 9701),
            List.of(Path.of("/var/lib/dfs/data")),
            4L << 30,
            Duration.ofSeconds(5),
            8,
            -3,
            false,
            "",
            "rack-1",
            "jnr",
            SampleConfig.Domain.RACK_ROW,
            List.of(new HostPort("localhost", 9700)),
            List.of(),
            Optional.empty()),
        ConfigFile.empty().read(SampleConfig.class, List.of()));
  }

  @Test
  void fileSetsEveryTypeOfSetting() {
    assertEquals(
        new SampleConfig(
            new HostPort("::1", 80),
            List.of(Path.of("/disk 1"), Path.of("/disk2")),
            1_000_000,
            Duration.ofMillis(1500),
            64,
            Long.MAX_VALUE,
            true,
            "Büro = gut",
            "b",
            "linux",
            SampleConfig.Domain.HOST,
            List.of(new HostPort("a", 1), new HostPort("b", 9700)),
            List.of("x", "y"),
            Optional.of(Path.of("/cache"))),
        read(
            """
            listen = [::1]:80
            directories = /disk 1 ,/disk2
            reserve=1 MB
            heartbeat = 1.5 s
            io-threads = 64
            any-number = 9223372036854775807
            scrub = On
            title = Büro = gut
            rack = b
            engine = linux
            domain = host
            nameservers = a:1, b
            labels = x, y
            disk-cache = /cache
            """));
  }

  @Test
  void commentsBlankLinesAndCarriageReturnsAreIgnored() {
    ConfigFile file =
        ConfigFile.parse(
            "dfs.conf",
            "\uFEFF# head\r\n\r\n  [sample]  # here\r\n\tio-threads = 3\t# three\r\n"
                + "# io-threads = 4\r\ntitle = a#b\r\n");
    SampleConfig config = file.read(SampleConfig.class, List.of());
    assertEquals(3, config.ioThreads());
    assertEquals("a#b", config.title());
  }

  @Test
  void sectionMayBeWrittenInParts() {
    ConfigFile file =
        ConfigFile.parse("dfs.conf", "[sample]\nrack = a\n[other]\n[sample]\nscrub = yes\n");
    SampleConfig config = file.read(SampleConfig.class, List.of());
    assertEquals("a", config.rack());
    assertTrue(config.scrub());
  }

  @ParameterizedTest
  @CsvSource({
    "true, true",
    "yes, true",
    "on, true",
    "TRUE, true",
    "false, false",
    "no, false",
    "off, false"
  })
  void booleansAreWrittenInThreeWays(String text, boolean value) {
    assertEquals(value, read("scrub = " + text).scrub());
  }

  @Test
  void commandLineWinsOverTheFileAndItsLastMentionOverTheOthers() {
    ConfigFile file = ConfigFile.parse("dfs.conf", "[sample]\nrack = a\nio-threads = 2\n");
    SampleConfig config =
        file.read(
            SampleConfig.class, List.of("rack=b", "sample.rack = c", "title=a=b # c", "labels="));
    assertEquals("c", config.rack());
    assertEquals(2, config.ioThreads());
    assertEquals("a=b # c", config.title());
  }

  @Test
  void commandLineMendsABadValueInTheFile() {
    ConfigFile file = ConfigFile.parse("dfs.conf", "[sample]\nio-threads = many\n");
    assertEquals(4, file.read(SampleConfig.class, List.of("io-threads=4")).ioThreads());
  }

  @Test
  void settingsOfOtherSectionsOnTheCommandLineAreLeftToTheirReader() {
    List<String> options = List.of("other.number=5", "sample.rack=z");
    assertEquals("z", ConfigFile.empty().read(SampleConfig.class, options).rack());
    assertEquals(5, ConfigFile.empty().read(OtherConfig.class, options).number());
  }

  @Test
  void optionalCanBeEmptied() {
    assertEquals(Optional.empty(), read("disk-cache =").diskCache());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "reserve = 5 parsecs|not a size; write a number and a unit (B, KiB, MiB, GiB, TiB),"
            + " for example 4 GiB",
        "reserve = 2 PiB|too large; write a size from 0 to 1 PiB",
        "heartbeat = 5|not a duration; write a number and a unit (ms, s, m, h, d), for example 5 s",
        "heartbeat = 99 ms|too small; write a duration from 100 ms to 1 h",
        "heartbeat = 61 m|too large; write a duration from 100 ms to 1 h",
        "io-threads = many|not a whole number; write digits only, for example 8",
        "io-threads = 0|too small; write a whole number from 1 to 64",
        "io-threads = 65|too large; write a whole number from 1 to 64",
        "io-threads = 4294967297|out of range; write a number from -2147483648 to 2147483647,"
            + " for example 8",
        "any-number = 9223372036854775808|too many digits; write a smaller number, for example -3",
        "scrub = maybe|neither true nor false; write true or false",
        "rack = Rack 1|not allowed; write text that matches [a-z0-9-]+",
        "engine = steam|not a choice; write one of jnr, linux",
        "domain = RACK_ROW|not a choice; write one of host, rack-row",
        "listen = nowhere:x|'x' is not a port; write a port from 0 to 65535,"
            + " for example 0.0.0.0:9701",
        "directories = /a,,/b|an empty item in the list; remove a comma",
        "nameservers = a:1, b:99999|port 99999 is out of range; write a port from 0 to 65535,"
            + " for example localhost:9700",
        "disk-cache = a\0b|not a path; write the name of a file or folder"
      })
  void badValueIsRefusedWithItsLineAndWhatWouldBeRight(String line, String reason) {
    assertRefused("dfs.conf:2: " + line + ": " + reason, () -> read(line));
    String option = line.replace(" = ", "=");
    assertRefused(
        "option " + option + ": " + reason,
        () -> ConfigFile.empty().read(SampleConfig.class, List.of(option)));
  }

  @ParameterizedTest
  @CsvSource({
    "reserve, 4 GiB",
    "heartbeat, 5 s",
    "directories, /var/lib/dfs/data",
    "rack, rack-1",
    "listen, 0.0.0.0:9701",
    "scrub, no"
  })
  void emptyValueIsRefusedWhereTheDefaultIsNotEmpty(String key, String byDefault) {
    assertRefused(
        "dfs.conf:2: "
            + key
            + " = : no value; write one, or leave the setting out for its default, "
            + byDefault,
        () -> read(key + " = # nothing"));
  }

  @Test
  void allBadValuesAreReportedAtOnce() {
    ConfigFile file =
        ConfigFile.parse("dfs.conf", "[sample]\nengine = steam\n\nscrub = maybe\nrack = ok\n");
    assertRefused(
        """
        option tea=1: unknown key in [sample]; known are listen, directories, reserve, heartbeat, \
        io-threads, any-number, scrub, title, rack, engine, domain, nameservers, labels, disk-cache
        dfs.conf:4: scrub = maybe: neither true nor false; write true or false
        option engine=air: not a choice; write one of jnr, linux""",
        () -> file.read(SampleConfig.class, List.of("engine=air", "tea=1")));
  }

  @Test
  void valuesThatTheRecordRefusesTogetherAreReportedWithTheirSection() {
    assertRefused(
        "dfs.conf: [sample]: scrub needs luck; set io-threads to 12 or 14",
        () -> read("scrub = yes\nio-threads = 13"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reserve", "", "=5", "a.b.c=1"})
  void malformedOptionIsRefused(String option) {
    assertRefused(
        "option " + option + ": not a setting; write key=value or section.key=value",
        () -> ConfigFile.empty().read(SampleConfig.class, List.of(option)));
  }

  @Test
  void misspeltOptionIsRefusedWithTheNearestKey() {
    assertRefused(
        "option reserv=1: unknown key in [sample]; did you mean reserve?",
        () -> ConfigFile.empty().read(SampleConfig.class, List.of("reserv=1")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[sample|not a section header; write [name] alone on the line",
        "[sample] x = 1|not a section header; write [name] alone on the line",
        "[]|not a section name; write lower-case letters, digits and hyphens",
        "[my sample]|not a section name; write lower-case letters, digits and hyphens",
        "scrub yes|not a setting; write key = value",
        "= 5|not a key; write lower-case letters, digits and hyphens before =",
        "io threads = 5|not a key; write lower-case letters, digits and hyphens before =",
      })
  void malformedLineIsRefused(String line, String reason) {
    assertRefused(
        "dfs.conf:2: " + line + ": " + reason,
        () -> ConfigFile.parse("dfs.conf", "[sample]\n" + line + "\n"));
  }

  @Test
  void keyOutsideASectionIsRefused() {
    assertRefused(
        "dfs.conf:1: rack = a: a key outside a section; write its [section] on a line above",
        () -> ConfigFile.parse("dfs.conf", "rack = a\n[sample]\n"));
  }

  @Test
  void repeatedKeyIsRefusedWithBothLines() {
    assertRefused(
        "dfs.conf:4: rack = b: already set on line 2; remove one of the two",
        () -> ConfigFile.parse("dfs.conf", "[sample]\nrack = a\n[sample]\nrack = b\n"));
  }

  @Test
  void allMalformedLinesAreReportedAtOnceAndABadHeaderOnlyForItself() {
    assertRefused(
        """
        dfs.conf:1: [a: not a section header; write [name] alone on the line
        dfs.conf:4: what: not a setting; write key = value""",
        () -> ConfigFile.parse("dfs.conf", "[a\nb = 1\n[c]\nwhat\n"));
  }

  @Test
  void unknownSectionsAndKeysAreAllReportedWithTheNearestName() {
    ConfigFile file =
        ConfigFile.parse(
            "dfs.conf",
            """
            [sampel]
            anything = 1
            [other]
            numbre = 2
            number = 3
            [sample]
            x = 1
            [kitchen]
            """);
    assertRefused(
        """
        dfs.conf:1: [sampel]: unknown section; did you mean [sample]?
        dfs.conf:4: numbre = 2: unknown key in [other]; did you mean number?
        dfs.conf:7: x = 1: unknown key in [sample]; known are listen, directories, reserve, \
        heartbeat, io-threads, any-number, scrub, title, rack, engine, domain, nameservers, \
        labels, disk-cache
        dfs.conf:8: [kitchen]: unknown section; known are [sample], [other]
        option samples.x=1: unknown section; did you mean [sample]?
        option other.nmber=1: unknown key in [other]; did you mean number?""",
        () ->
            file.checkKeys(
                List.of("samples.x=1", "other.nmber=1", "other.number=1", "anything=1"),
                SampleConfig.class,
                OtherConfig.class));
  }

  @Test
  void knownKeysAreAccepted() {
    ConfigFile file = ConfigFile.parse("dfs.conf", "[sample]\nrack = a\n[other]\nnumber = 1\n");
    file.checkKeys(SampleConfig.class, OtherConfig.class);
  }

  @Test
  void missingFileIsRefusedWithWhatToDo() {
    Path file = folder.resolve("dfs.conf");
    assertRefused(
        file + ": no such file; check the name, or start from a copy of the packaged dfs.conf",
        () -> ConfigFile.parse(file));
  }

  @Test
  void folderIsRefused() {
    assertRefused(folder + ": is a directory; name the file in it", () -> ConfigFile.parse(folder));
  }

  @Test
  void fileThatCannotBeReadIsRefusedWithWhatToDo() {
    // Tests may run as root, who may read everything: so the explanation alone.
    Path file = Path.of("dfs.conf");
    assertEquals(
        "dfs.conf: permission denied; let user " + System.getProperty("user.name") + " read it",
        Utf8File.explain(file, new AccessDeniedException("dfs.conf")).getMessage());
    assertEquals(
        "dfs.conf: cannot be read; check the disk (java.io.IOException: Input/output error)",
        Utf8File.explain(file, new IOException("Input/output error")).getMessage());
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWithTheirLine() throws IOException {
    Path file = folder.resolve("dfs.conf");
    Files.write(file, "[sample]\n# ü\ntitle = Büro\n".getBytes(ISO_8859_1));
    assertRefused(
        file + ":2: byte 0xFC is not UTF-8; save the file as UTF-8", () -> ConfigFile.parse(file));
    byte[] cutOff = "[sample]\ntitle = ü".getBytes(UTF_8);
    Files.write(file, Arrays.copyOf(cutOff, cutOff.length - 1));
    assertRefused(
        file + ":2: byte 0xC3 is not UTF-8; save the file as UTF-8", () -> ConfigFile.parse(file));
  }

  @Test
  void fileOnDiskIsReadAsUtf8() throws IOException {
    Path file = Files.writeString(folder.resolve("dfs.conf"), "[sample]\ntitle = Büro\n");
    assertEquals("Büro", ConfigFile.parse(file).read(SampleConfig.class, List.of()).title());
  }

  private static SampleConfig read(String lines) {
    return ConfigFile.parse("dfs.conf", "[sample]\n" + lines + "\n")
        .read(SampleConfig.class, List.of());
  }

  private static void assertRefused(String message, Runnable action) {
    assertEquals(message, assertThrows(ConfigException.class, action::run).getMessage());
  }
}
