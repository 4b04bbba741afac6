/**
 * The way to the kernel: {@code /dev/fuse}, its descriptors, and the memory that requests and
 * answers pass through. Knows lengths and addresses, not what the bytes mean.
 */
@NullMarked
package io.dfs.fusemount.linux.channel;

import org.jspecify.annotations.NullMarked;
