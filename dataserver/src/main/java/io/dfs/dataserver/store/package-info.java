/**
 * The disks of a dataserver and the chunks on them. A {@code Disk} is one directory; {@code
 * ChunkStore} is all of them together, and what the other rooms use.
 */
@NullMarked
package io.dfs.dataserver.store;

import org.jspecify.annotations.NullMarked;
