/** Sends on to the next member of a chain what this server was asked to write. */
@NullMarked
package io.dfs.dataserver.replicate;

import org.jspecify.annotations.NullMarked;
