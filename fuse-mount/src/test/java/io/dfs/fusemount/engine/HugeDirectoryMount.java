package io.dfs.fusemount.engine;

import io.dfs.client.vfs.Entry;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Mounts a root directory of a million names that exist only while they are listed. */
final class HugeDirectoryMount extends MemoryVfs {
  static final int ENTRIES = 1_000_000;

  @Override
  public CompletableFuture<List<Entry>> readdir(long handle, long cookie, int maxEntries) {
    List<Entry> list = new ArrayList<>();
    for (long i = cookie + 1; i <= ENTRIES && list.size() < maxEntries; i++) {
      list.add(new Entry(Name.of("entry" + i), new InodeId(i + 1), FileType.REGULAR, i));
    }
    return CompletableFuture.completedFuture(list);
  }

  public static void main(String[] args) throws Exception {
    Engine engine =
        TestEngine.valueOf(args[0])
            .mount(new HugeDirectoryMount(), Path.of(args[1]), MemoryMount.options());
    System.out.println("mounted");
    engine.awaitUnmount();
  }
}
