/**
 * The audit log: who changed what of the tree, for people who have to answer for it. A line of JSON
 * for each change, written behind the requests. Used by the room that answers them.
 */
@NullMarked
package io.dfs.nameserver.audit;

import org.jspecify.annotations.NullMarked;
