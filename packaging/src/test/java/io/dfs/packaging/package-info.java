/** What only shows when all modules are there. */
package io.dfs.packaging;
