package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A dataserver as it registered, kept so that reads are routed at once after a restart.
 *
 * <pre>
 * format = 1 [1]  capacity [8]  used [8]  free [8]  chunks [8]
 * token, address, host, rack, version: each a length [2] and modified UTF-8
 * </pre>
 */
public record Server(
    String token,
    String address,
    String host,
    String rack,
    String version,
    long capacityBytes,
    long usedBytes,
    long freeBytes,
    long chunks) {
  private static final byte FORMAT = 1;

  byte[] encode() {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(FORMAT);
      out.writeLong(capacityBytes);
      out.writeLong(usedBytes);
      out.writeLong(freeBytes);
      out.writeLong(chunks);
      for (String text : new String[] {token, address, host, rack, version}) {
        out.writeUTF(text);
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new FsException(Errno.EINVAL, "cannot store dataserver " + address, e);
    }
  }

  static Server decode(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new FsException(Errno.EIO, "a stored dataserver has the unknown format " + format);
      }
      long capacity = in.readLong();
      long used = in.readLong();
      long free = in.readLong();
      long chunks = in.readLong();
      return new Server(
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          capacity,
          used,
          free,
          chunks);
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "a stored dataserver is cut short", e);
    }
  }
}
