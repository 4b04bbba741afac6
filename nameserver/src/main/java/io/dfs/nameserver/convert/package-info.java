/**
 * Conversion: brings other settings to the files that exist below a directory, by rewriting their
 * bytes. See docs/decisions/0050-files-are-rewritten-to-other-settings.md.
 */
@NullMarked
package io.dfs.nameserver.convert;

import org.jspecify.annotations.NullMarked;
