/**
 * The kernel's FUSE protocol (linux/fuse.h, 7.31 to 7.45): what its bytes mean. Pure: no memory but
 * the buffers that are passed in, no files, no clock. Numbers have the machine's byte order.
 */
@NullMarked
package io.dfs.fusemount.linux.wire;

import org.jspecify.annotations.NullMarked;
