/** The configuration file and the records that it fills. */
@NullMarked
package io.dfs.common.config;

import org.jspecify.annotations.NullMarked;
