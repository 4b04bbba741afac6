/**
 * An ordered map of bytes to bytes that survives a killed process: the port, RocksDB behind it, and
 * a stand-in in memory. The only package that imports RocksDB.
 */
@NullMarked
package io.dfs.nameserver.kv;

import org.jspecify.annotations.NullMarked;
