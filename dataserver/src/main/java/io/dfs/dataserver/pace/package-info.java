/** How fast work in the background may go. Used by every room that has such work. */
@NullMarked
package io.dfs.dataserver.pace;

import org.jspecify.annotations.NullMarked;
