/** Copies live bytes of old chunks into new ones, as the nameserver asks. */
@NullMarked
package io.dfs.dataserver.rewrite;

import org.jspecify.annotations.NullMarked;
