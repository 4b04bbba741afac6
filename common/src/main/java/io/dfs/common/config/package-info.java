/**
 * The configuration file and the records that it fills.
 *
 * <p>A component declares its settings as one record, {@link io.dfs.common.config.Section} on it
 * and {@link io.dfs.common.config.Setting} on each of its components. {@link
 * io.dfs.common.config.ConfigFile} fills the record from the file and the command line; {@link
 * io.dfs.common.config.ConfigReference} writes the documentation from the same annotations. Every
 * mistake a person can make ends in a {@link io.dfs.common.config.ConfigException} that says where
 * it is and what would be right.
 */
@NullMarked
package io.dfs.common.config;

import org.jspecify.annotations.NullMarked;
