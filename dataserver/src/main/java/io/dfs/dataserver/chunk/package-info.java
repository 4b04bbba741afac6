/**
 * One chunk in one file: its byte layout, how bytes are appended so that a crash at any moment
 * leaves a readable prefix, and how a prefix is found again. Knows nothing of disks or networks.
 */
@NullMarked
package io.dfs.dataserver.chunk;

import org.jspecify.annotations.NullMarked;
