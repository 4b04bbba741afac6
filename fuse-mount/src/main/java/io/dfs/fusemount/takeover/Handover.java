package io.dfs.fusemount.takeover;

import io.dfs.client.vfs.VfsState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.linux.EngineState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** All that is handed over, but for the descriptors. Immutable. */
public record Handover(VfsState vfs, EngineState engine) {

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      vfs.write(out);
      engine.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("in memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads {@link #toBytes}.
   *
   * @throws FsException EPROTO when it is something else
   */
  static Handover of(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      Handover handover = new Handover(VfsState.read(in), EngineState.read(in));
      if (in.read() >= 0) {
        throw new IOException("there is more than expected");
      }
      return handover;
    } catch (IOException | IllegalArgumentException e) {
      throw new FsException(
          Errno.EPROTO, "what the mount's process hands over is not understood: " + e, e);
    }
  }
}
