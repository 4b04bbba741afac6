/**
 * What {@code dfs explain} knows: how the copies of a file are, and what errors mean and what to do
 * about them.
 */
@NullMarked
package io.dfs.client.cli.explain;

import org.jspecify.annotations.NullMarked;
