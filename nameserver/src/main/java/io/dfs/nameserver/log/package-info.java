/** The order of commands: the port and the log of a single nameserver. */
@NullMarked
package io.dfs.nameserver.log;

import org.jspecify.annotations.NullMarked;
