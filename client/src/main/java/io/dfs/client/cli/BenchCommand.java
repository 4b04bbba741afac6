package io.dfs.client.cli;

import io.dfs.client.cli.bench.Bench;
import io.dfs.client.cli.bench.BenchSettings;
import io.dfs.client.cli.bench.Measurement;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    description = {
      "Measure a directory of this machine: a mount, a local disk, anything.",
      "Reads are cold when root runs it (the kernel's cache is dropped; what the filesystem's own"
          + " processes have cached stays). Everything read is compared with what was written, and"
          + " everything made is removed."
    })
final class BenchCommand implements Callable<Integer> {
  private static final int MIB = 1 << 20;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Where to measure; needs twice --size of space.")
  private Path directory;

  @Option(names = "--quick", description = "Small sizes: half a minute on a slow filesystem.")
  private boolean quick;

  @Option(
      names = "--size",
      paramLabel = "MIB",
      description = "MiB written and read in sequence (default: 1024, quick 128).")
  private int sizeMib;

  @Option(
      names = "--files",
      paramLabel = "N",
      description = "Small files of each size, and names (default: 2000, quick 300).")
  private int files;

  @Option(
      names = "--random",
      paramLabel = "N",
      description = "4 KiB reads and writes at random (default: 10000, quick 2000).")
  private int random;

  @Option(names = "--fsync", description = "A write is done when it is on disk, not when closed.")
  private boolean fsync;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of data and offsets (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    BenchSettings settings =
        new BenchSettings(
            directory,
            (long) positive("--size", sizeMib, quick ? 128 : 1024) * MIB,
            positive("--random", random, quick ? 2000 : 10_000),
            positive("--files", files, quick ? 300 : 2000),
            fsync,
            seed);
    if (!Files.isDirectory(directory)) {
      throw new ParameterException(
          spec.commandLine(), directory + " is not a directory; make it first");
    }
    PrintWriter out = spec.commandLine().getOut();
    List<Measurement> rows = new ArrayList<>();
    if (json) {
      new Bench(settings, rows::add).run();
      Json.print(out, result(settings, rows));
      return 0;
    }
    out.printf("%-26s %7s  %-11s %12s%n", "", "streams", "cache", "rate");
    new Bench(
            settings,
            row -> {
              out.println(line(row));
              out.flush(); // it takes minutes: show each row when it is there
            })
        .run();
    return 0;
  }

  private int positive(String option, int value, int otherwise) {
    if (value < 0) {
      throw new ParameterException(spec.commandLine(), option + " takes a positive number");
    }
    return value == 0 ? otherwise : value;
  }

  private static String line(Measurement row) {
    return String.format(
        Locale.ROOT,
        "%-26s %7d  %-11s %12.1f %s",
        row.name(),
        row.streams(),
        row.cache().text(),
        row.rate(),
        row.unit().text());
  }

  private static Map<String, Object> result(BenchSettings settings, List<Measurement> rows) {
    return Json.object(
        "directory", settings.directory().toString(),
        "fileBytes", settings.fileBytes(),
        "randomOperations", settings.randomOperations(),
        "smallFiles", settings.smallFiles(),
        "fsync", settings.fsync(),
        "seed", settings.seed(),
        "rows",
            rows.stream()
                .map(
                    row ->
                        Json.object(
                            "name", row.name(),
                            "streams", row.streams(),
                            "cache", row.cache().text(),
                            "rate", Math.round(row.rate() * 10) / 10.0,
                            "unit", row.unit().text(),
                            "count", row.count(),
                            "seconds", row.seconds()))
                .toList());
  }
}
