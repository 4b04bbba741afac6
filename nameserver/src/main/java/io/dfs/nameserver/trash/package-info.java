/** What was deleted and can be restored: when it goes, and how room is made of it. */
@NullMarked
package io.dfs.nameserver.trash;

import org.jspecify.annotations.NullMarked;
