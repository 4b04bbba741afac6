package io.dfs.nameserver.check;

import java.io.IOException;

/** Takes findings. */
@FunctionalInterface
interface Findings {
  void add(Finding finding) throws IOException;
}
