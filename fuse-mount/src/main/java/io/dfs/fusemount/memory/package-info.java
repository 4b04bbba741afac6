/** Native memory by address, for the engines and nobody else. */
@NullMarked
package io.dfs.fusemount.memory;

import org.jspecify.annotations.NullMarked;
