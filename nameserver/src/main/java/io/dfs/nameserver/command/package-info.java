/**
 * Everything that can change the state, as records in which the leader has resolved time and
 * placement, so that applying one is a pure function.
 */
@NullMarked
package io.dfs.nameserver.command;

import org.jspecify.annotations.NullMarked;
