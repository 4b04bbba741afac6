package io.dfs.nameserver.state;

import io.dfs.nameserver.kv.Cursor;
import io.dfs.nameserver.kv.KeyValueReader;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the rows of one table, or of all, in the order of their keys. Confined to one thread,
 * which closes it.
 */
public final class Rows implements AutoCloseable {
  private final Cursor cursor;

  private Rows(Cursor cursor) {
    this.cursor = cursor;
  }

  /**
   * @param table its letter, as in {@link Keys}
   */
  public static Rows of(KeyValueReader reader, char table) {
    byte[] prefix = {(byte) table};
    return new Rows(reader.scan(prefix, Keys.after(prefix)));
  }

  /** The rows of a table that begin with a number. */
  public static Rows of(KeyValueReader reader, char table, long number) {
    byte[] prefix = java.nio.ByteBuffer.allocate(9).put((byte) table).putLong(number).array();
    return new Rows(reader.scan(prefix, Keys.after(prefix)));
  }

  /** A directory's entries in listing order. */
  static Rows listing(KeyValueReader reader, io.dfs.common.id.InodeId parent) {
    byte[] prefix = Keys.dentriesByCookie(parent);
    return new Rows(reader.scan(prefix, Keys.after(prefix)));
  }

  public static Rows all(KeyValueReader reader) {
    return new Rows(reader.scan(new byte[] {0}, new byte[] {(byte) 0xff}));
  }

  /** The next row, null when there is none. */
  public @Nullable Row next() {
    KeyValueReader.Entry e = cursor.next();
    return e == null ? null : Row.of(e);
  }

  @Override
  public void close() {
    cursor.close();
  }
}
