/** The check of the whole filesystem: the state against its own rules, and against the disks. */
@NullMarked
package io.dfs.nameserver.check;

import org.jspecify.annotations.NullMarked;
