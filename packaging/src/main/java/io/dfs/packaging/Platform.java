package io.dfs.packaging;

import java.util.Optional;

/**
 * A machine that packages are made for, as everybody calls it: Debian, RPM, and the libraries that
 * carry native code for many.
 */
enum Platform {
  X86_64("amd64", "x86_64", "x86_64", "linux64", "x86_64-Linux"),
  ARM64("arm64", "aarch64", "aarch_64", "linux-aarch64", "aarch64-Linux");

  final String deb;
  final String rpm;
  private final String netty;
  private final String rocksdb;
  private final String jffi;

  Platform(String deb, String rpm, String netty, String rocksdb, String jffi) {
    this.deb = deb;
    this.rpm = rpm;
    this.netty = netty;
    this.rocksdb = rocksdb;
    this.jffi = jffi;
  }

  /** Whether a jar holds nothing that this platform can use: Netty has a jar for each. */
  boolean skipsJar(String jar) {
    return jar.startsWith("netty-transport-native-epoll-") && !jar.endsWith(netty + ".jar");
  }

  /** Whether a jar has native code for several platforms in it. */
  static boolean isMixed(String jar) {
    return jar.startsWith("rocksdbjni-") || jar.matches("jffi-.*-native\\.jar");
  }

  /** Whether an entry of a mixed jar belongs on this platform. */
  boolean keepsEntry(String entry) {
    return nativeLibrary(entry)
        .map(library -> library.contains(rocksdb + ".so") || library.contains(jffi + "/"))
        .orElse(true);
  }

  private static Optional<String> nativeLibrary(String entry) {
    boolean library = entry.matches(".*\\.(so|a|dll|jnilib|dylib)") || entry.startsWith("jni/");
    return library && !entry.equals("jni/") ? Optional.of(entry) : Optional.empty();
  }
}
