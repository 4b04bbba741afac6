package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ServerWish;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A dataserver as it registered, kept so that reads are routed at once after a restart.
 *
 * <pre>
 * format = 2 [1]  capacity [8]  used [8]  free [8]  chunks [8]
 * token, address, host, rack, version: each a length [2] and modified UTF-8
 * wish [1]  until [8]
 * </pre>
 *
 * Format 1, which is still read, ends before the wish.
 *
 * @param wish what operators want of it
 * @param untilMs when the wish ends, in milliseconds since 1970; 0 for never
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
    long chunks,
    ServerWish wish,
    long untilMs) {
  private static final byte FORMAT = 2;
  private static final ServerWish[] WISHES = ServerWish.values();

  public Server with(ServerWish newWish, long newUntilMs) {
    return new Server(
        token,
        address,
        host,
        rack,
        version,
        capacityBytes,
        usedBytes,
        freeBytes,
        chunks,
        newWish,
        newUntilMs);
  }

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
      out.writeByte(Format.code(wish));
      out.writeLong(untilMs);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new FsException(Errno.EINVAL, "cannot store dataserver " + address, e);
    }
  }

  static Server decode(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      byte format = in.readByte();
      if (format != 1 && format != FORMAT) {
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
          chunks,
          format == 1 ? ServerWish.NONE : WISHES[in.readByte()],
          format == 1 ? 0 : in.readLong());
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "a stored dataserver is cut short", e);
    }
  }
}
