/** Tests of a mount's life, each with a daemon of its own. */
package io.dfs.fusemount.server;
