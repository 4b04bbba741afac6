/**
 * A small HTTP server for what people and their tools look at: metrics, health, the dashboard. It
 * only ever answers GET, and has threads of its own, so that it never holds up the wire.
 */
@NullMarked
package io.dfs.common.http;

import org.jspecify.annotations.NullMarked;
