/** Calls to the nameserver, the cache of attributes and entries, and resolving paths. */
@NullMarked
package io.dfs.client.meta;

import org.jspecify.annotations.NullMarked;
