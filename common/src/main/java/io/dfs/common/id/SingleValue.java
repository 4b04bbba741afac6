package io.dfs.common.id;

/**
 * A record that travels and is stored as the value of its only component, without anything around
 * it. So it never gets a second one.
 */
public interface SingleValue {}
