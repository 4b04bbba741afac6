/**
 * dfs for Java programs: files by path, with the blocking calls that Java has for files.
 *
 * <pre>{@code
 * try (Dfs dfs = Dfs.open("nameserver.example:9700")) {
 *   dfs.mkdirs("/reports/2026");
 *   try (OutputStream out = dfs.newOutputStream("/reports/2026/june.csv")) {
 *     out.write(bytes);
 *   }
 *   for (Dfs.Listed entry : dfs.list("/reports/2026")) {
 *     System.out.println(entry.name() + " " + entry.attr().sizeBytes());
 *   }
 * }
 * }</pre>
 *
 * <p>Everything fails with {@link io.dfs.common.error.FsException}; streams and channels with an
 * {@link java.io.IOException} that has it as its cause.
 */
@NullMarked
package io.dfs.client.api;

import org.jspecify.annotations.NullMarked;
