/**
 * Compaction: finds chunks that are mostly dead and layouts of many small extents, has dataservers
 * copy what is live into new chunks, and exchanges them. See
 * docs/decisions/0007-compaction-looks-for-its-work.md.
 */
@NullMarked
package io.dfs.nameserver.compact;

import org.jspecify.annotations.NullMarked;
