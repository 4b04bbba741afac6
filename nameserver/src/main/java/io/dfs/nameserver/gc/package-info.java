/**
 * Works off what is no longer referred to: unlinked inodes that nobody has open, and long layouts,
 * in bounded steps.
 */
@NullMarked
package io.dfs.nameserver.gc;

import org.jspecify.annotations.NullMarked;
