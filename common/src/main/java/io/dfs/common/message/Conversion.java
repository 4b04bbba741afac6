package io.dfs.common.message;

/**
 * How far the files below a directory have come to the settings that they shall have.
 *
 * @param path of the directory, as UTF-8
 * @param chunkBytes 0 when that part stays
 * @param replicas likewise
 * @param looking whether more files may be found
 * @param files that were found so far
 * @param bytes in them, one copy counted
 * @param filesLeft of them that are still to be done
 * @param bytesLeft in those
 * @param skipped files and directories of other users, which stay as they are
 * @param problem what was in the way last; empty when nothing was
 */
public record Conversion(
    String path,
    int chunkBytes,
    int replicas,
    boolean looking,
    long files,
    long bytes,
    long filesLeft,
    long bytesLeft,
    long skipped,
    String problem) {}
