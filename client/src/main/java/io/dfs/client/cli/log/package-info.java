/**
 * The log of commands, behind SLF4J: lines on standard error in the form that servers log in. Reads
 * no configuration and so starts at once, where Logback takes a quarter of a short command's time.
 */
@NullMarked
package io.dfs.client.cli.log;

import org.jspecify.annotations.NullMarked;
