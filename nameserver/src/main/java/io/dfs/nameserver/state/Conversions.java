package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.nameserver.kv.Cursor;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.kv.KeyValueReader.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables of conversions, which bring other settings to what exists below a directory, for
 * reading. As shared as its reader.
 */
public final class Conversions {
  private static final byte FORMAT = 1;

  private final KeyValueReader reader;

  public Conversions(KeyValueReader reader) {
    this.reader = reader;
  }

  /**
   * What was asked for, and how far it is.
   *
   * <pre>
   * 0 format = 1 [1]   1 chunkBytes [4]  5 replicas [4]  9 uid [4]    13 since [8]    21 started [8]
   * 29 files [8]      37 bytes [8]     45 filesLeft [8] 53 bytesLeft [8]  61 skipped [8]
   * </pre>
   *
   * @param directory whose entries, and those below it, are meant
   * @param chunkBytes 0 leaves what each file has
   * @param replicas likewise
   * @param uid who asked: what belongs to others is skipped, unless it was the super-user
   * @param since the last chunk sequence given out then: chunks after it are of the right size
   * @param started orders conversions: of two that meet in a directory the later one wins
   * @param files found so far, with {@code bytes} in chunks
   * @param filesLeft of them, with {@code bytesLeft}
   * @param skipped entries of others
   */
  public record Conversion(
      InodeId directory,
      int chunkBytes,
      int replicas,
      int uid,
      long since,
      long started,
      long files,
      long bytes,
      long filesLeft,
      long bytesLeft,
      long skipped) {
    /** With another file that is to be looked at. */
    public Conversion found(long fileBytes) {
      return counted(1, fileBytes, 1, fileBytes, 0);
    }

    /** With a file less that is to be looked at. */
    public Conversion done(long fileBytes) {
      return counted(0, 0, -1, -fileBytes, 0);
    }

    public Conversion skipped(int entries) {
      return counted(0, 0, 0, 0, entries);
    }

    private Conversion counted(
        int moreFiles, long moreBytes, int moreLeft, long moreBytesLeft, int moreSkipped) {
      return new Conversion(
          directory,
          chunkBytes,
          replicas,
          uid,
          since,
          started,
          files + moreFiles,
          bytes + moreBytes,
          filesLeft + moreLeft,
          bytesLeft + moreBytesLeft,
          skipped + moreSkipped);
    }

    byte[] encode() {
      return ByteBuffer.allocate(69)
          .put(FORMAT)
          .putInt(chunkBytes)
          .putInt(replicas)
          .putInt(uid)
          .putLong(since)
          .putLong(started)
          .putLong(files)
          .putLong(bytes)
          .putLong(filesLeft)
          .putLong(bytesLeft)
          .putLong(skipped)
          .array();
    }

    static Conversion decode(InodeId directory, byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      Format.check(in, FORMAT, "conversion");
      return new Conversion(
          directory,
          in.getInt(),
          in.getInt(),
          in.getInt(),
          in.getLong(),
          in.getLong(),
          in.getLong(),
          in.getLong(),
          in.getLong(),
          in.getLong(),
          in.getLong());
    }
  }

  /**
   * A file that is to be looked at: conversion[8] bytes[8].
   *
   * @param conversion which has found it
   * @param bytes as it counted them
   */
  public record Waiting(InodeId file, InodeId conversion, long bytes) {
    byte[] encode() {
      return ByteBuffer.allocate(16).putLong(conversion.value()).putLong(bytes).array();
    }

    static Waiting decode(InodeId file, byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new Waiting(file, new InodeId(in.getLong()), in.getLong());
    }
  }

  /** A directory whose entries after {@code cookie} have not been looked at. */
  public record Unseen(InodeId directory, long cookie) {}

  /** The earliest first. */
  public List<Conversion> all() {
    List<Conversion> all = new ArrayList<>();
    byte[] prefix = Keys.conversions();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        all.add(Conversion.decode(lastInode(e.key()), e.value()));
      }
    }
    all.sort(Comparator.comparingLong(Conversion::started));
    return all;
  }

  public @Nullable Conversion find(InodeId directory) {
    byte[] value = reader.get(Keys.conversion(directory));
    return value == null ? null : Conversion.decode(directory, value);
  }

  /** Some directory of a conversion that is still to be looked at; null when there is none. */
  public @Nullable Unseen unseen(InodeId conversion) {
    byte[] prefix = Keys.converting(conversion);
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e = cursor.next();
      return e == null
          ? null
          : new Unseen(lastInode(e.key()), ByteBuffer.wrap(e.value()).getLong());
    }
  }

  /** Where looking at the directory goes on; null when that is done. */
  public @Nullable Long cookie(InodeId conversion, InodeId directory) {
    byte[] value = reader.get(Keys.converting(conversion, directory));
    return value == null ? null : ByteBuffer.wrap(value).getLong();
  }

  public @Nullable Waiting waiting(InodeId file) {
    byte[] value = reader.get(Keys.toConvert(file));
    return value == null ? null : Waiting.decode(file, value);
  }

  /** Files that are to be looked at, by inode number, those after {@code after}. */
  public List<Waiting> waiting(InodeId after, int max) {
    List<Waiting> files = new ArrayList<>();
    byte[] from = Keys.toConvert(new InodeId(after.value() + 1));
    try (Cursor cursor = reader.scan(from, Keys.after(Keys.toConvert()))) {
      Entry e;
      while (files.size() < max && (e = cursor.next()) != null) {
        files.add(Waiting.decode(lastInode(e.key()), e.value()));
      }
    }
    return files;
  }

  private static InodeId lastInode(byte[] key) {
    return new InodeId(ByteBuffer.wrap(key).getLong(key.length - Long.BYTES));
  }
}
