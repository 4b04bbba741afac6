package io.dfs.common.message;

/**
 * Something that happened in the cluster and that people may ask for later.
 *
 * @param sequence rises by one with each event
 * @param subject what it happened to: {@code server 3}, {@code pg7}, {@code chunk 00f...}
 * @param text what happened, and what to do when something is to be done
 */
public record Event(
    long sequence, Timestamp time, Severity severity, String subject, String text) {}
