/**
 * Control messages: one record each, in sealed families by the server that answers them. Bulk bytes
 * are never in them; they follow a message as raw payload.
 *
 * <p>A record travels as a CBOR array of its components. Components are only ever appended; an old
 * peer ignores what it does not know, and a component it does not receive is {@code null}, {@code
 * 0} or {@code false}.
 */
@NullMarked
package io.dfs.common.message;

import org.jspecify.annotations.NullMarked;
