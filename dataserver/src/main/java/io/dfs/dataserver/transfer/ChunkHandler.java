package io.dfs.dataserver.transfer;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.ChunkRequest.StatChunk;
import io.dfs.common.message.ChunkRequest.SyncChunk;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Call;
import io.dfs.common.net.CallHandler;
import io.dfs.dataserver.replicate.Forwarder;
import io.dfs.dataserver.store.ChunkSlice;
import io.dfs.dataserver.store.ChunkStore;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests about chunks. Shared; runs on the network's threads and waits for nothing.
 *
 * <p>An append goes to the next member and to the local disk at the same time, and is answered when
 * both have it. When one of them fails, what the other has written stays: it lies past the
 * committed length, so nothing refers to it.
 */
public final class ChunkHandler implements CallHandler {
  private final ChunkStore store;
  private final Forwarder forwarder;
  private final Scrubbing scrub;
  private final Requests requests;
  private final BooleanSupplier registered;
  private final Supplier<HostPort> self;

  /**
   * @param self as other servers call this one
   * @param registered whether this server belongs to a cluster yet
   */
  public ChunkHandler(
      ChunkStore store,
      Forwarder forwarder,
      Scrubbing scrub,
      Supplier<HostPort> self,
      BooleanSupplier registered) {
    this.scrub = scrub;
    this.store = store;
    this.forwarder = forwarder;
    this.requests = new Requests(self);
    this.self = self;
    this.registered = registered;
  }

  @Override
  public void handle(Call call) {
    try {
      if (!(call.message() instanceof ChunkRequest request)) {
        throw new FsException(
            Errno.EPROTO,
            "a dataserver does not answer a " + call.message().getClass().getSimpleName());
      }
      if (!registered.getAsBoolean()) {
        throw new FsException(
            Errno.EAGAIN, "dataserver " + self.get() + " has not reached its nameserver yet");
      }
      if (request instanceof Append append) {
        append(call, append);
      } else if (request instanceof Read read) {
        read(call, read);
      } else if (request instanceof SyncChunk sync) {
        sync(call, sync);
      } else if (request instanceof StatChunk stat) {
        stat(call, stat);
      } else if (request instanceof ChunkRequest.VerifyChunk verify) {
        Requests.check(verify.chunk());
        scrub.complain(verify.chunk());
        call.reply(Reply.Done.DONE);
      } else if (request instanceof ChunkRequest.Scrub asked) {
        call.reply(scrub.answer(asked));
      }
    } catch (RuntimeException e) {
      call.fail(FsException.of(e));
    } finally {
      call.payload().release();
    }
  }

  private void append(Call call, Append append) {
    ByteBuf payload = call.payload();
    List<HostPort> chain = requests.check(append, payload.readableBytes());
    ChunkId chunk = append.chunk();
    CompletableFuture<Void> rest =
        chain.isEmpty()
            ? CompletableFuture.completedFuture(null)
            : forwarder.send(
                chunk,
                chain,
                new Append(
                    chunk,
                    append.offset(),
                    append.crcs(),
                    append.durable(),
                    append.chain().subList(1, append.chain().size())),
                payload.retainedDuplicate());
    CompletableFuture<Integer> appended =
        store.append(
            chunk, append.offset(), payload.retainedDuplicate(), append.crcs(), call.peerAddress());
    int end = append.offset() + payload.readableBytes();
    CompletableFuture<?> here =
        append.durable() ? both(appended, store.sync(chunk, end)) : appended;
    answer(call, here, rest, new Reply.Appended(end));
  }

  private void sync(Call call, SyncChunk sync) {
    List<HostPort> chain = requests.check(sync);
    ChunkId chunk = sync.chunk();
    CompletableFuture<Void> rest =
        chain.isEmpty()
            ? CompletableFuture.completedFuture(null)
            : forwarder.send(
                chunk,
                chain,
                new SyncChunk(chunk, sync.length(), sync.chain().subList(1, sync.chain().size())),
                null);
    answer(call, store.sync(chunk, sync.length()), rest, Reply.Done.DONE);
  }

  /** Succeeds when both have; else fails with the first one's failure, else the second one's. */
  private static CompletableFuture<?> both(
      CompletableFuture<?> first, CompletableFuture<?> second) {
    return CompletableFuture.allOf(first, second)
        .handle(
            (none, failure) -> {
              first.join();
              return second.join();
            });
  }

  private void answer(
      Call call, CompletableFuture<?> here, CompletableFuture<?> rest, Reply success) {
    CompletableFuture<Object> named =
        here.handle(
            (value, failure) -> {
              if (failure != null) {
                throw named(failure);
              }
              return success;
            });
    both(named, rest)
        .whenComplete(
            (none, failure) -> {
              if (failure == null) {
                call.reply(success);
              } else {
                call.fail(FsException.of(failure));
              }
            });
  }

  private FsException named(Throwable failure) {
    FsException e = FsException.of(failure);
    return new FsException(
        e.errno(), "dataserver " + self.get() + ": " + e.getMessage(), e.getCause());
  }

  private void read(Call call, Read read) {
    Requests.check(read);
    store
        .read(read.chunk(), read.offset(), read.length())
        .whenComplete(
            (slice, failure) -> {
              if (slice == null) {
                fail(call, failure);
              } else {
                send(call, slice);
              }
            });
  }

  private static void send(Call call, ChunkSlice slice) {
    Reply head = new Reply.ChunkData(slice.length(), slice.crcs());
    if (slice.length() == 0) {
      slice.release().run();
      call.reply(head);
    } else {
      call.reply(head, slice.file(), slice.position(), slice.length(), slice.release());
    }
  }

  private void stat(Call call, StatChunk stat) {
    Requests.check(stat.chunk());
    store
        .length(stat.chunk())
        .whenComplete(
            (length, failure) -> {
              if (length == null) {
                fail(call, failure);
              } else {
                call.reply(new Reply.ChunkInfo(length));
              }
            });
  }

  private void fail(Call call, @Nullable Throwable failure) {
    call.fail(named(failure == null ? new IllegalStateException("no result") : failure));
  }
}
