/** Tests of mount options and of what the kernel says is mounted. */
package io.dfs.fusemount.mount;
