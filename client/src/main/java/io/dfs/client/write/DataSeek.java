package io.dfs.client.write;

/**
 * What came of looking for data or for a hole. Immutable.
 *
 * @param offset where it begins, or -1
 * @param missingLayout the offset at which the layout must be asked for before looking again, or -1
 * @see FileState#seek
 */
public record DataSeek(long offset, long missingLayout) {
  static final DataSeek NOTHING = new DataSeek(-1, -1);

  static DataSeek found(long offset) {
    return new DataSeek(offset, -1);
  }

  static DataSeek missing(long layout) {
    return new DataSeek(-1, layout);
  }
}
