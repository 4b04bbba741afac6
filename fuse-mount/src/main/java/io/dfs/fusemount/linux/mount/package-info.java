/** Makes the mount: mount(2) for root, fusermount3 for an ordinary user. */
@NullMarked
package io.dfs.fusemount.linux.mount;

import org.jspecify.annotations.NullMarked;
