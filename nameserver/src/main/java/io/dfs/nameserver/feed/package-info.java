/**
 * Long answers: what a client fetches in parts because it fits no message, made while it is
 * fetched.
 */
@NullMarked
package io.dfs.nameserver.feed;

import org.jspecify.annotations.NullMarked;
