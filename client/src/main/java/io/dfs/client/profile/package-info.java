/**
 * What a mount does, for {@code dfs profile}: the mount counts while somebody watches, and gives
 * the counts through a socket of its machine. {@link io.dfs.client.profile.Snapshot} is what goes
 * through it.
 */
@NullMarked
package io.dfs.client.profile;

import org.jspecify.annotations.NullMarked;
