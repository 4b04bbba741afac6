package io.dfs.nameserver.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Under which name an inode was asked for last: a file does not know it, and who changes its mode
 * says the number only. Shared, guarded by itself; the last 20,000.
 */
final class KnownNames {
  private static final int MAX = 20_000;

  /** An entry of a directory. */
  record Place(InodeId parent, Name name) {}

  @GuardedBy("this")
  private final Map<InodeId, Place> places =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InodeId, Place> eldest) {
          return size() > MAX;
        }
      };

  /** Takes from a request and its reply what an inode is called. */
  void learn(Message request, @Nullable Reply reply) {
    Place place = place(request);
    InodeId inode = inode(reply);
    if (place != null && inode != null) {
      synchronized (this) {
        places.put(inode, place);
      }
    }
  }

  synchronized @Nullable Place of(InodeId inode) {
    return places.get(inode);
  }

  private static @Nullable Place place(Message request) {
    if (request instanceof Query.Lookup q) {
      return new Place(q.parent(), q.name());
    } else if (request instanceof Query.OpenAt q) {
      return new Place(q.parent(), q.name());
    } else if (request instanceof Mutation.Create m) {
      return new Place(m.parent(), m.name());
    } else if (request instanceof Mutation.Mknod m) {
      return new Place(m.parent(), m.name());
    } else if (request instanceof Mutation.Symlink m) {
      return new Place(m.parent(), m.name());
    } else if (request instanceof Mutation.Link m) {
      return new Place(m.parent(), m.name());
    } else if (request instanceof Mutation.Rename m) {
      return new Place(m.newParent(), m.newName());
    }
    return null;
  }

  /** What a reply is about. */
  static @Nullable InodeId inode(@Nullable Reply reply) {
    if (reply instanceof Reply.Node r) {
      return r.attr().inode();
    } else if (reply instanceof Reply.Opened r) {
      return r.attr().inode();
    } else if (reply instanceof Reply.Renamed r) {
      return r.moved().inode();
    }
    return null;
  }
}
