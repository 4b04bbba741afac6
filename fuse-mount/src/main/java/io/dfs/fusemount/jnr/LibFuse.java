package io.dfs.fusemount.jnr;

import jnr.ffi.LibraryLoader;

/**
 * The functions of libfuse 2.9 that the engine calls; pointers are addresses.
 *
 * <p>{@code fuse_setup} stands for {@code fuse_mount} and {@code fuse_new}: the plain symbol of the
 * latter is an obsolete version that looking it up by name finds first.
 */
public interface LibFuse {
  /** Null pointer, after a message on standard error, when the mount fails. */
  long fuse_setup(
      int argc,
      long argv,
      long operations,
      long operationsBytes,
      long mountPointOut,
      long multithreadedOut,
      long userData);

  /** Unmounts if it is mounted still, then ends and frees everything. */
  void fuse_teardown(long fuse, long mountPoint);

  long fuse_get_session(long fuse);

  long fuse_session_next_chan(long session, long after);

  int fuse_session_exited(long session);

  long fuse_chan_bufsize(long channel);

  /** Bytes of the request; 0 when the session has ended, or a negative errno. */
  int fuse_chan_recv(long channelInOut, long buffer, long bytes);

  void fuse_session_process(long session, long buffer, long bytes, long channel);

  /** Of the request that the calling thread is at. */
  int fuse_interrupted();

  int fuse_lowlevel_notify_inval_inode(long channel, long node, long offset, long bytes);

  /** Throws UnsatisfiedLinkError when the machine has no libfuse 2. */
  static LibFuse load() {
    return LibraryLoader.create(LibFuse.class).failImmediately().load("libfuse.so.2");
  }
}
