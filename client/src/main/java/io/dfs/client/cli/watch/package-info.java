/** Counters of all servers, and what they did in a second. */
@NullMarked
package io.dfs.client.cli.watch;

import org.jspecify.annotations.NullMarked;
