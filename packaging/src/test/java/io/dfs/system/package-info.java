/**
 * What dfs promises, tried by real programs on real mounts of real clusters, with real failures.
 */
@NullMarked
package io.dfs.system;

import org.jspecify.annotations.NullMarked;
