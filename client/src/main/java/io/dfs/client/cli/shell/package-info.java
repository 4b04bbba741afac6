/**
 * A line editor for the shell of commands, by JLine: the only room that imports it. Knows words and
 * names, and nothing of the commands.
 */
@NullMarked
package io.dfs.client.cli.shell;

import org.jspecify.annotations.NullMarked;
