/** What only the {@code jnr} engine does. */
package io.dfs.fusemount.jnr;
