package io.dfs.client.vfs;

import io.dfs.common.message.Timestamp;
import org.jspecify.annotations.Nullable;

/** What {@link Vfs#setattr} shall change; what is null or false stays. */
public record AttrChange(
    @Nullable Integer mode,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long sizeBytes,
    @Nullable Timestamp atime,
    @Nullable Timestamp mtime,
    boolean atimeNow,
    boolean mtimeNow) {
  private static final AttrChange NONE =
      new AttrChange(null, null, null, null, null, null, false, false);

  public static AttrChange mode(int mode) {
    return new AttrChange(mode, null, null, null, null, null, false, false);
  }

  /** Null leaves that owner as it is. */
  public static AttrChange owner(@Nullable Integer uid, @Nullable Integer gid) {
    return new AttrChange(null, uid, gid, null, null, null, false, false);
  }

  public static AttrChange size(long bytes) {
    return new AttrChange(null, null, null, bytes, null, null, false, false);
  }

  public static AttrChange times(
      @Nullable Timestamp atime, @Nullable Timestamp mtime, boolean atimeNow, boolean mtimeNow) {
    return new AttrChange(null, null, null, null, atime, mtime, atimeNow, mtimeNow);
  }

  public boolean isNothing() {
    return equals(NONE);
  }
}
