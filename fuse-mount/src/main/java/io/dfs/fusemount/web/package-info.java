/** What can be seen of a running mount by HTTP: metrics and health. Called by the command. */
@NullMarked
package io.dfs.fusemount.web;

import org.jspecify.annotations.NullMarked;
