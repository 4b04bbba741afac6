/** A nameserver as a whole: its configuration, directory, start and stop. */
@NullMarked
package io.dfs.nameserver.server;

import org.jspecify.annotations.NullMarked;
