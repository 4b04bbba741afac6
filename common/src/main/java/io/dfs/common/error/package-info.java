/** Errors a user can meet: {@link Errno} and the one exception that carries it. */
@NullMarked
package io.dfs.common.error;

import org.jspecify.annotations.NullMarked;
