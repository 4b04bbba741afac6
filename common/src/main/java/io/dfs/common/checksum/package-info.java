/** CRC32C of data blocks, and joining the checksums of neighbouring runs of bytes. */
@NullMarked
package io.dfs.common.checksum;

import org.jspecify.annotations.NullMarked;
