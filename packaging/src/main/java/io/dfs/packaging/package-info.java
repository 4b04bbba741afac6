/** What the build runs to complete the distribution; nothing here is part of it. */
@NullMarked
package io.dfs.packaging;

import org.jspecify.annotations.NullMarked;
