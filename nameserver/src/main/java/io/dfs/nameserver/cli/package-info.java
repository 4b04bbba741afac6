/** The command line of the nameserver. The only package that imports picocli. */
@NullMarked
package io.dfs.nameserver.cli;

import org.jspecify.annotations.NullMarked;
