/** The commands {@code dfs mount} and {@code dfs umount}. */
@NullMarked
package io.dfs.fusemount.cli;

import org.jspecify.annotations.NullMarked;
