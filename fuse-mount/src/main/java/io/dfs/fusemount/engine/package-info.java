/** What every engine is: its options, its end, and the rules that all of them keep. */
@NullMarked
package io.dfs.fusemount.engine;

import org.jspecify.annotations.NullMarked;
