/** Tests of the protocol without a kernel. */
package io.dfs.fusemount.linux.wire;
