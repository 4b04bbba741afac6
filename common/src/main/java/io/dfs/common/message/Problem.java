package io.dfs.common.message;

/**
 * Why the cluster is not all well.
 *
 * @param what is wrong, and what it means
 * @param action what to do about it
 */
public record Problem(Severity severity, String what, String action) {}
