package io.dfs.common.message;

/**
 * How many requests of a kind a server has answered, and how long that took together.
 *
 * @param name of the request's type
 * @param nanos from arrival to answer, waiting included
 */
public record OperationCount(String name, long count, long nanos) {}
