/**
 * The nameserver's state outside of it: archives of the database, made while it is in use and
 * restored into an empty directory, and a portable dump.
 */
@NullMarked
package io.dfs.nameserver.backup;

import org.jspecify.annotations.NullMarked;
