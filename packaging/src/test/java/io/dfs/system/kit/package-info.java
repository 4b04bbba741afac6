/**
 * The test kit of the system tests: real processes of the assembled distribution on the loopback
 * range, real mounts, real kills. It may see every module.
 */
@NullMarked
package io.dfs.system.kit;

import org.jspecify.annotations.NullMarked;
