/**
 * What the nameserver remembers: the key schema, the binary layout of each value, and typed tables
 * over a view.
 */
@NullMarked
package io.dfs.nameserver.state;

import org.jspecify.annotations.NullMarked;
