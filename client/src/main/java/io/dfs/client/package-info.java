/**
 * The client of dfs: POSIX operations as metadata calls and parallel chunk I/O. This package holds
 * its settings; each room below does one part.
 */
@NullMarked
package io.dfs.client;

import org.jspecify.annotations.NullMarked;
