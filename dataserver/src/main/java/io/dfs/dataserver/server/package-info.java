/** A whole dataserver: its settings, and how its rooms are put together. */
@NullMarked
package io.dfs.dataserver.server;

import org.jspecify.annotations.NullMarked;
