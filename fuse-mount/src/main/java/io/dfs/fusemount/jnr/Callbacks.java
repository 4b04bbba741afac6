package io.dfs.fusemount.jnr;

import jnr.ffi.annotations.Delegate;

/**
 * The shapes of libfuse's callbacks: an L is a pointer or a 64-bit number, an I a 32-bit one. They
 * are public because the code that jnr-ffi generates in its own package calls them.
 */
final class Callbacks {
  private Callbacks() {}

  public interface L1 {
    @Delegate
    int call(long a);
  }

  public interface L2 {
    @Delegate
    int call(long a, long b);
  }

  public interface L3 {
    @Delegate
    int call(long a, long b, long c);
  }

  public interface L4 {
    @Delegate
    int call(long a, long b, long c, long d);
  }

  public interface L5 {
    @Delegate
    int call(long a, long b, long c, long d, long e);
  }

  public interface LI {
    @Delegate
    int call(long a, int b);
  }

  public interface LII {
    @Delegate
    int call(long a, int b, int c);
  }

  public interface LIL {
    @Delegate
    int call(long a, int b, long c);
  }

  public interface LLI {
    @Delegate
    int call(long a, long b, int c);
  }

  public interface LLIL {
    @Delegate
    int call(long a, long b, int c, long d);
  }

  public interface LLLLI {
    @Delegate
    int call(long a, long b, long c, long d, int e);
  }

  public interface LILLL {
    @Delegate
    int call(long a, int b, long c, long d, long e);
  }

  /** {@code init}: gets the connection's parameters, returns the private data. */
  public interface Init {
    @Delegate
    long call(long connection);
  }
}
