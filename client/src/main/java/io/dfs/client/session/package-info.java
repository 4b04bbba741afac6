/** What a client holds at the nameserver: its request slots and its open files. */
@NullMarked
package io.dfs.client.session;

import org.jspecify.annotations.NullMarked;
