/**
 * Dataservers as the client sees them: the table of placement groups, connections, and which
 * replica to ask.
 */
@NullMarked
package io.dfs.client.chunk;

import org.jspecify.annotations.NullMarked;
