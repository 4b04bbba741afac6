/** What only the {@code linux} engine does. */
package io.dfs.fusemount.takeover;
