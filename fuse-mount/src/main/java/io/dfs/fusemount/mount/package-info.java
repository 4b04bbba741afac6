/** Mount options, the checks of a mount point before it is used, and unmounting. */
@NullMarked
package io.dfs.fusemount.mount;

import org.jspecify.annotations.NullMarked;
