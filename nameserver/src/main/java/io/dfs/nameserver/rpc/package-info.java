/**
 * From messages to answers: checks each request, answers queries from the store, and turns
 * mutations into commands.
 */
@NullMarked
package io.dfs.nameserver.rpc;

import org.jspecify.annotations.NullMarked;
