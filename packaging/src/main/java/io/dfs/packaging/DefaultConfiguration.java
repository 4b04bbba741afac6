package io.dfs.packaging;

import io.dfs.client.ClientConfig;
import io.dfs.common.config.ConfigReference;
import io.dfs.dataserver.server.DataserverConfig;
import io.dfs.nameserver.server.NameserverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the distribution's {@code dfs.conf}: every setting, explained, at its default. */
final class DefaultConfiguration {
  private DefaultConfiguration() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file,
        ConfigReference.render(NameserverConfig.class, DataserverConfig.class, ClientConfig.class));
  }
}
