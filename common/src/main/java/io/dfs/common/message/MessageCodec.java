package io.dfs.common.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns messages into bytes and back. Immutable and shared. */
public final class MessageCodec {
  /** Every message and its code on the wire: its place here. Only ever append. */
  private static final Class<?>[] TYPES = {
    Hello.class,
    Reply.Done.class,
    Reply.Welcome.class,
    Reply.SessionOpened.class,
    Reply.Node.class,
    Reply.Opened.class,
    Reply.Renamed.class,
    Reply.Listing.class,
    Reply.Bytes.class,
    Reply.Names.class,
    Reply.LayoutPart.class,
    Reply.Groups.class,
    Reply.FsStats.class,
    Reply.ChunkAllocated.class,
    Reply.LockState.class,
    Reply.ClusterStatus.class,
    Reply.Registered.class,
    Reply.HeartbeatAnswer.class,
    Reply.Garbage.class,
    Reply.Appended.class,
    Reply.ChunkData.class,
    Reply.ChunkInfo.class,
    Query.OpenSession.class,
    Query.KeepAlive.class,
    Query.CloseSession.class,
    Query.AssertOpen.class,
    Query.Lookup.class,
    Query.GetAttr.class,
    Query.ReadDir.class,
    Query.ReadLink.class,
    Query.GetXattr.class,
    Query.ListXattr.class,
    Query.Open.class,
    Query.Release.class,
    Query.GetLayout.class,
    Query.GetGroups.class,
    Query.StatFs.class,
    Query.SyncMetadata.class,
    Query.GetLock.class,
    Query.AwaitLock.class,
    Query.GetStatus.class,
    Query.ReportReplica.class,
    Mutation.Create.class,
    Mutation.Mknod.class,
    Mutation.Mkdir.class,
    Mutation.Symlink.class,
    Mutation.Link.class,
    Mutation.Unlink.class,
    Mutation.Rmdir.class,
    Mutation.Rename.class,
    Mutation.SetAttr.class,
    Mutation.SetXattr.class,
    Mutation.RemoveXattr.class,
    Mutation.SetSettings.class,
    Mutation.AllocateChunk.class,
    Mutation.Commit.class,
    Mutation.SetLock.class,
    ClusterRequest.Register.class,
    ClusterRequest.Heartbeat.class,
    ClusterRequest.Inventory.class,
    ChunkRequest.Append.class,
    ChunkRequest.SyncChunk.class,
    ChunkRequest.Read.class,
    ChunkRequest.StatChunk.class,
    Query.OpenAt.class,
    Query.BackupMetadata.class,
    Query.DumpMetadata.class,
    Query.CheckFilesystem.class,
    Query.ReadFeed.class,
    Query.CloseFeed.class,
    Query.DiscardNewer.class,
    Reply.FeedOpened.class,
    Reply.FeedPart.class,
    ClusterRequest.TakeRewrite.class,
    Reply.Rewrites.class,
    Query.Compaction.class,
    Reply.CompactionStatus.class,
    ChunkRequest.VerifyChunk.class,
    ChunkRequest.Scrub.class,
    Reply.ScrubStatus.class,
    Mutation.Allocate.class,
    Mutation.CloneRange.class,
    Mutation.CreateUnnamed.class,
    Reply.Ranged.class,
    Query.Access.class,
    Mutation.SetTrash.class,
    Query.GetTrash.class,
    Query.ListTrash.class,
    Query.EmptyTrash.class,
    Reply.TrashState.class,
    Reply.TrashListing.class,
    Query.AwaitRecalls.class,
    Reply.Recalls.class,
    Query.GetEvents.class,
    Query.SetServer.class,
    Query.SetWork.class,
    Reply.Events.class,
    Reply.CopyOrders.class,
    Reply.ExpectedChunks.class,
    ClusterRequest.CopyWork.class,
    ClusterRequest.Expected.class,
    ClusterRequest.BadCopies.class,
    ClusterRequest.Audited.class,
    Query.GetConversions.class,
    Reply.Conversions.class,
    Query.GetStats.class,
    ChunkRequest.GetStats.class,
    Reply.Stats.class,
    Query.GetSessions.class,
    Query.GetLocks.class,
    Reply.Sessions.class,
    Reply.Locks.class,
    Query.AcquireWrite.class,
    Query.ReturnWrites.class,
  };

  private static final Map<Class<?>, Integer> CODES = new HashMap<>();

  private static final CBORFactory CBOR =
      CBORFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build())
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  static {
    for (int code = 0; code < TYPES.length; code++) {
      CODES.put(TYPES[code], code);
    }
  }

  private MessageCodec() {}

  /** The code that tells a receiver which message follows. */
  public static int code(Message message) {
    return Objects.requireNonNull(CODES.get(message.getClass()));
  }

  /** Writes the message's components; does not close {@code out}. */
  public static void write(Message message, OutputStream out) {
    try (JsonGenerator generator = CBOR.createGenerator(out)) {
      Formats.of(message.getClass()).write(message, generator);
    } catch (IOException e) {
      throw new FsException(Errno.EPROTO, "cannot encode " + message.getClass().getSimpleName(), e);
    }
  }

  /** Reads one message; EPROTO when the code or the bytes are not what this version understands. */
  public static Message read(int code, InputStream in) {
    if (code < 0 || code >= TYPES.length) {
      throw new FsException(
          Errno.EPROTO, "unknown message code " + code + "; is the peer of a newer version?");
    }
    try (JsonParser parser = CBOR.createParser(in)) {
      parser.nextToken();
      return (Message) Formats.of(TYPES[code]).read(parser);
    } catch (IOException | RuntimeException e) {
      throw new FsException(
          Errno.EPROTO,
          "malformed " + TYPES[code].getSimpleName() + " message: " + firstLine(e.getMessage()),
          e);
    }
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "no reason given" : text.lines().findFirst().orElse("");
  }

  /** All message types, in code order; for tests. */
  static Class<?>[] types() {
    return Arrays.copyOf(TYPES, TYPES.length);
  }
}
