/** A cluster of real processes under faults of all kinds, while programs check every byte. */
@NullMarked
package io.dfs.system.chaos;

import org.jspecify.annotations.NullMarked;
