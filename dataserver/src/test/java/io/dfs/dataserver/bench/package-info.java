/** Measurements, run by hand. */
package io.dfs.dataserver.bench;
