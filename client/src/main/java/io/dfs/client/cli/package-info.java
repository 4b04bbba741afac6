/**
 * The command line against a running cluster. One class a command; {@code ClusterCommand} opens the
 * cluster for those that need it. The only package of this module that knows picocli and writes to
 * standard output.
 *
 * <p>Exit codes: 0 done, 1 it failed (one line on standard error says why), 2 wrong usage.
 */
@NullMarked
package io.dfs.client.cli;

import org.jspecify.annotations.NullMarked;
