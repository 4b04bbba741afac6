/**
 * What {@code dfs doctor} looks at: this machine, its mounts, the cluster; and the archive for a
 * report of a bug. Each check hands its {@link io.dfs.client.cli.doctor.Finding}s on and throws
 * nothing: what cannot be looked at is a finding, too.
 */
@NullMarked
package io.dfs.client.cli.doctor;

import org.jspecify.annotations.NullMarked;
