package io.dfs.common.message;

import org.jspecify.annotations.Nullable;

/**
 * Another entry of the directory in which a name was looked up.
 *
 * @param layout the whole layout of a small file; null when there is none
 */
public record Sibling(Name name, Attr attr, @Nullable Layout layout) {}
