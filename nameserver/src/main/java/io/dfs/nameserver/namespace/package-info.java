/**
 * The rules of POSIX as pure functions: who may do what, which names are valid, which bits a change
 * clears. No state, no clock.
 */
@NullMarked
package io.dfs.nameserver.namespace;

import org.jspecify.annotations.NullMarked;
