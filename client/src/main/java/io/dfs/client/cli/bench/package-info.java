/**
 * {@code dfs bench}: measures any directory with plain file operations, in this process, knowing
 * nothing of dfs.
 */
@NullMarked
package io.dfs.client.cli.bench;

import org.jspecify.annotations.NullMarked;
