package io.dfs.fusemount.jnr;

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
    JnrEngine engine =
        JnrEngine.mount(new HugeDirectoryMount(), Path.of(args[0]), MemoryMount.options());
    System.out.println("mounted");
    engine.awaitUnmount();
  }
}
