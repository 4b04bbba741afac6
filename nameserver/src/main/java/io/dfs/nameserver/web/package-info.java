/**
 * What people see of a cluster in a browser: the dashboard and the JSON it lives on, beside the
 * pages for Prometheus. Only ever reads.
 */
@NullMarked
package io.dfs.nameserver.web;

import org.jspecify.annotations.NullMarked;
