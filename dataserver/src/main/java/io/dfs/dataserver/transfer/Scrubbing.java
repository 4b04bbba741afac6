package io.dfs.dataserver.transfer;

import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Reply;

/** The port to the verification of disks; its methods do not wait. */
public interface Scrubbing {
  /** A reader got bytes that do not match their checksum. */
  void complain(ChunkId chunk);

  Reply.ScrubStatus answer(ChunkRequest.Scrub request);
}
