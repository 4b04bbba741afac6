/** The mount daemon: a client, an engine, and their life from the first check to the unmount. */
@NullMarked
package io.dfs.fusemount.server;

import org.jspecify.annotations.NullMarked;
