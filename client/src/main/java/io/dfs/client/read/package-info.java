/** Reading: from dirty pieces, cached blocks and dataservers, with read-ahead. */
@NullMarked
package io.dfs.client.read;

import org.jspecify.annotations.NullMarked;
