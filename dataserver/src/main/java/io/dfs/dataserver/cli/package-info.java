/** The command {@code dfs dataserver}. */
@NullMarked
package io.dfs.dataserver.cli;

import org.jspecify.annotations.NullMarked;
