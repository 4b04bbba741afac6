/** What a daemon tells the supervisor that started it. */
@NullMarked
package io.dfs.common.service;

import org.jspecify.annotations.NullMarked;
