/** Sessions of clients: leases and open files. */
@NullMarked
package io.dfs.nameserver.session;

import org.jspecify.annotations.NullMarked;
