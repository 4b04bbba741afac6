/**
 * One file for each operation: what a command does to the tables. Pure; runs on whichever thread
 * applies.
 */
@NullMarked
package io.dfs.nameserver.op;

import org.jspecify.annotations.NullMarked;
