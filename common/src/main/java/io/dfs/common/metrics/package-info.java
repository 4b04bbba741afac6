/**
 * Figures of a running daemon for Prometheus, by Micrometer. The only room that imports Micrometer.
 * Names follow Prometheus' conventions: base units, {@code _total} for what only rises. Every label
 * has a bounded set of values: operations, errors, servers; never paths, users or clients.
 */
@NullMarked
package io.dfs.common.metrics;

import org.jspecify.annotations.NullMarked;
