package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Attr;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ls", description = "List directories.")
final class LsCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH", arity = "0..*", description = "Default: the root.")
  private List<String> paths = List.of();

  @Option(names = "-l", description = "With type, permissions, owner, size and time.")
  private boolean details;

  @Option(names = "-a", description = "Also names that begin with a dot.")
  private boolean all;

  @Option(names = "-R", description = "Also what is in the directories below.")
  private boolean recursive;

  @Mixin private Sizes sizes = new Sizes();

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  /** So many names are sorted, some 10 MB of them; what is larger is shown as it is stored. */
  private static final int MAX_SORTED = 20_000;

  private record Item(String path, String name, Attr attr) {}

  @Override
  boolean asksMuch() {
    return recursive;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    boolean failed = false;
    try (Json.Array array = json ? new Json.Array(out) : null) {
      Sink sink = array == null ? new TextSink(out) : new JsonSink(array);
      boolean titles = recursive || paths.size() > 1;
      for (String path : paths.isEmpty() ? List.of(dfs.directory()) : paths) {
        try {
          list(dfs, path, sink, titles);
        } catch (FsException e) {
          tell(path, e);
          failed = true;
        }
      }
    }
    if (failed) {
      throw new CommandFailed();
    }
  }

  private void list(Dfs dfs, String path, Sink sink, boolean titles) throws IOException {
    Attr attr = path.endsWith("/") ? dfs.stat(path) : dfs.lstat(path);
    if (!attr.isDirectory()) {
      sink.items(List.of(new Item(path, path, attr)));
      return;
    }
    if (titles) {
      sink.title(path);
    }
    List<String> below = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    dfs.list(
        path,
        entry -> {
          if (entry.name().startsWith(".") && !all) {
            return;
          }
          Item item = new Item(DfsPaths.child(path, entry.name()), entry.name(), entry.attr());
          items.add(item);
          if (recursive && item.attr().isDirectory()) {
            below.add(item.path());
          }
          if (items.size() == MAX_SORTED) {
            show(items, sink);
          }
        });
    show(items, sink);
    below.sort(Comparator.naturalOrder());
    for (String directory : below) {
      list(dfs, directory, sink, true);
    }
  }

  private static void show(List<Item> items, Sink sink) {
    items.sort(Comparator.comparing(Item::name));
    try {
      sink.items(items);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    items.clear();
  }

  /** Where the listing goes. */
  private interface Sink {
    void title(String directory);

    void items(List<Item> items) throws IOException;
  }

  private final class TextSink implements Sink {
    private final PrintWriter out;
    private boolean first = true;

    TextSink(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void title(String directory) {
      out.println((first ? "" : "\n") + Show.name(directory) + ":");
      first = false;
    }

    @Override
    public void items(List<Item> items) {
      first = false;
      if (!details) {
        items.forEach(item -> out.println(Show.name(item.name())));
        return;
      }
      Table table = new Table("lrrrrll");
      for (Item item : items) {
        Attr attr = item.attr();
        table.row(
            Show.mode(attr),
            attr.nlink(),
            attr.uid(),
            attr.gid(),
            sizes.show(attr.sizeBytes()),
            Show.time(attr.mtime()),
            Show.name(item.name()));
      }
      table.print(out);
    }
  }

  private static final class JsonSink implements Sink {
    private final Json.Array array;

    JsonSink(Json.Array array) {
      this.array = array;
    }

    @Override
    public void title(String directory) {}

    @Override
    public void items(List<Item> items) throws IOException {
      for (Item item : items) {
        Map<String, Object> object = Json.object("path", item.path());
        object.putAll(Show.attributes(item.attr()));
        array.add(object);
      }
    }
  }
}
