/**
 * The dataservers: registration, heartbeats, their states, the table of groups, and what each is
 * told to delete.
 */
@NullMarked
package io.dfs.nameserver.cluster;

import org.jspecify.annotations.NullMarked;
