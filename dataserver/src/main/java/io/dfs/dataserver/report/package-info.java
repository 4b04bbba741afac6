/** What a dataserver tells the nameserver, and the deletions that it is told in answer. */
@NullMarked
package io.dfs.dataserver.report;

import org.jspecify.annotations.NullMarked;
