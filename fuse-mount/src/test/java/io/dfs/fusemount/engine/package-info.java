/** Tests of the engine through real mounts and real system calls. */
package io.dfs.fusemount.engine;
