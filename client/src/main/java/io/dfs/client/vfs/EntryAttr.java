package io.dfs.client.vfs;

import io.dfs.common.message.Attr;
import org.jspecify.annotations.Nullable;

/**
 * An entry of an open directory, with what it names.
 *
 * @param attr as this client sees it, with what it has written and not committed; null for "." and
 *     "..", for an entry that went while it was listed, and where the filesystem cannot tell at
 *     once
 */
public record EntryAttr(Entry entry, @Nullable Attr attr) {}
